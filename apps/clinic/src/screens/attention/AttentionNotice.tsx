import type { AttentionRow } from '@fieldchart/clinic-client';
import { router, type Href } from 'expo-router';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { useChangeWords } from '../sync/useChangeWords.ts';

interface AttentionNoticeProps {
  readonly attentionId: string;
  readonly inConflict: boolean;
}

/** On a record that was refused or is in conflict: says so, and leads to where it is settled. */
export function AttentionNotice({ attentionId, inConflict }: AttentionNoticeProps) {
  const { t } = useTranslation();
  return (
    <Notice
      tone="error"
      title={inConflict ? t('attention.notice.conflict') : t('attention.notice.refused')}
      text={inConflict ? t('attention.notice.conflictText') : t('attention.notice.refusedText')}
    >
      <ToSettle
        attentionId={attentionId}
        label={inConflict ? t('attention.notice.decide') : t('attention.notice.look')}
      />
    </Notice>
  );
}

/** What of a client's needs a person, on top of the chart. */
export function AttentionNotices({ rows }: { rows: readonly AttentionRow[] }) {
  const { t } = useTranslation();
  const changeWords = useChangeWords();
  if (rows.length === 0) return null;
  return (
    <Notice tone="error" title={t('attention.notice.chart', { count: rows.length })}>
      {rows.map((row) => (
        <ToSettle
          key={row.mutationId}
          attentionId={row.mutationId}
          label={changeWords(row.resourceType, row.kind)}
        />
      ))}
    </Notice>
  );
}

function ToSettle({ attentionId, label }: { attentionId: string; label: string }) {
  return (
    <View style={{ alignItems: 'flex-start', paddingTop: 8 }}>
      <Button
        kind="tonal"
        icon="arrow-right-circle-outline"
        label={label}
        testID={testIds.attention.toSettle(attentionId)}
        onPress={() => router.push(`/sync/${attentionId}` as Href)}
      />
    </View>
  );
}
