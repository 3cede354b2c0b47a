import type { AttentionAnswer } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { Heading, Text } from '../../ui/Text.tsx';
import type { SettleWork } from './useSettling.ts';

/** Leaves what was signed elsewhere as it is: no text goes over it. */
export function KeepTheirs({ detail, work }: { detail: AttentionAnswer; work: SettleWork }) {
  const { t } = useTranslation();
  return (
    <Card>
      <Heading level={2}>{t('attention.keep.title')}</Heading>
      <Text>{t('attention.keep.text')}</Text>
      <Button
        kind="outlined"
        label={t('attention.keep.confirm')}
        icon="file-check-outline"
        busy={work.doing === 'keep'}
        disabled={work.doing !== null}
        testID={testIds.attention.keep}
        onPress={() => work.run('keep', async (session) => await session.keepTheirs(detail.mutationId))}
      />
    </Card>
  );
}
