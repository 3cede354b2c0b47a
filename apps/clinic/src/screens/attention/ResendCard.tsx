import type { AttentionAnswer } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { Heading, Text } from '../../ui/Text.tsx';
import type { SettleWork } from './useSettling.ts';

/** Sends it again as it is: where what stood in its way has gone, or where a signed text goes over a draft. */
export function ResendCard({ detail, work }: { detail: AttentionAnswer; work: SettleWork }) {
  const { t } = useTranslation();
  const over = detail.conflict !== null && !detail.conflict.gone;
  return (
    <Card>
      <Heading level={2}>{t('attention.resend.title')}</Heading>
      <Text>{over ? t('attention.resend.overText') : t('attention.resend.text')}</Text>
      <Button
        kind="outlined"
        label={t('attention.resend.send')}
        icon="send-outline"
        busy={work.doing === 'resend'}
        disabled={work.doing !== null}
        testID={testIds.attention.resend}
        onPress={() => work.run('resend', async (session) => await session.resendRefused(detail.mutationId))}
      />
    </Card>
  );
}
