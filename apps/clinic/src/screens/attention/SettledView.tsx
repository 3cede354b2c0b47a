import { mendForgotten } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { useActivity, useActivityDispatch } from '../../session/useActivity.ts';
import { useLive } from '../../session/useLive.ts';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Page } from '../../ui/Page.tsx';
import { Heading, Text } from '../../ui/Text.tsx';

/** Nothing is left to settle here; what was typed about it is still shown, until it is put away. */
export function SettledView({ mutationId }: { mutationId: string }) {
  const { t } = useTranslation();
  const dispatch = useActivityDispatch();
  const kept = useActivity((activity) => activity.mending[mutationId]);
  const explained = useLive({ kind: 'explanations', mutationIds: [mutationId] })?.[mutationId];
  const texts = Object.entries(kept?.texts ?? {}).filter(([, text]) => text !== '');
  return (
    <Page title={t('attention.settled')} back="/sync" scroll={{ tabIndex: 0 }}>
      <EmptyState
        icon="check-circle-outline"
        title={t('attention.settled')}
        text={explained?.why === 'leaving' ? t('explain.leaving') : t('attention.settledText')}
      />
      {texts.length === 0 ? null : (
        <Card>
          <Heading level={2}>{t('attention.leftOver')}</Heading>
          <Text tone="muted">{t('attention.leftOverText')}</Text>
          {texts.map(([name, text]) => (
            <Text key={name} selectable>
              {text}
            </Text>
          ))}
          <Button
            kind="outlined"
            label={t('attention.leftOverForget')}
            testID={testIds.attention.forget}
            onPress={() => dispatch(mendForgotten({ mutationId }))}
          />
        </Card>
      )}
    </Page>
  );
}
