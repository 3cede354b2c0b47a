import type { AttentionAnswer } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { formatDateTime } from '../../i18n/format.ts';
import { testIds } from '../../testIds.ts';
import { Card } from '../../ui/Card.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Heading, Text } from '../../ui/Text.tsx';
import { useProblemText } from '../../ui/useProblemText.ts';
import { useChangeWords } from '../sync/useChangeWords.ts';

/** What was refused and why, how much waits because of it, and what is safe. */
export function RefusedCard({ detail }: { detail: AttentionAnswer }) {
  const { t, i18n } = useTranslation();
  const changeWords = useChangeWords();
  const { reason, conflict, holds } = detail;
  return (
    <Card testID={testIds.attention.refused}>
      <Heading level={2}>{changeWords(detail.resourceType, detail.kind)}</Heading>
      <Reason detail={detail} />
      {detail.changedBy === null ? null : <Text>{t('attention.changedBy', { name: detail.changedBy })}</Text>}
      {conflict === null || conflict.theirsAt === null ? null : (
        <Text>{t('attention.theirsAt', { time: formatDateTime(conflict.theirsAt, i18n.language) })}</Text>
      )}
      {holds === 0 ? null : (
        <Text size="strong" testID={testIds.attention.holds}>
          {t('attention.holds', { count: holds })}
        </Text>
      )}
      <Text>{t('attention.safe')}</Text>
      {reason.text === '' || conflict !== null ? null : (
        <Text size="small" tone="muted">
          {t('attention.serverSays', { text: reason.text })}
        </Text>
      )}
    </Card>
  );
}

function Reason({ detail }: { detail: AttentionAnswer }) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const { reason, conflict, signed } = detail;
  if (conflict === null) {
    return <Notice tone="error" title={t('attention.refused')} text={problemText(reason.code)} />;
  }
  const text = conflict.gone
    ? t('attention.goneText')
    : conflict.theirsSigned
      ? t('attention.theirsSigned')
      : signed
        ? t('attention.signedConflict')
        : t('attention.conflictText');
  return (
    <Notice tone="error" title={conflict.gone ? t('attention.gone') : t('attention.conflict')} text={text} />
  );
}
