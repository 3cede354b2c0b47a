import type { OutboxRow, SyncSummary } from '@fieldchart/clinic-client';
import { systemClock } from '@fieldchart/foundation';
import type { ParseKeys } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { formatMoment } from '../../i18n/format.ts';
import { useLive, useSync } from '../../session/useLive.ts';
import { useSession } from '../../session/ShellContext.tsx';
import { useWork } from '../../session/useWork.ts';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { DeliveryBadge } from '../../ui/DeliveryBadge.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Page, Section } from '../../ui/Page.tsx';
import { syncWords } from '../../ui/SyncPill.tsx';
import { Text } from '../../ui/Text.tsx';
import { RehomeCard } from './RehomeCard.tsx';
import { useProblemText } from '../../ui/useProblemText.ts';

/** What waits, what went, what failed and why. */
export function SyncScreen() {
  const { t } = useTranslation();
  const outbox = useLive({ kind: 'outbox' });
  return (
    <Page title={t('sync.title')} width={760}>
      <SyncState />
      <RehomeCard />
      {outbox === undefined ? (
        <Loading />
      ) : (
        <>
          {outbox.failed.length === 0 ? null : (
            <Section title={t('sync.failed', { count: outbox.counts.failed })}>
              <Text tone="muted">{t('sync.failedText')}</Text>
              <Rows rows={outbox.failed} testID={testIds.sync.failed} none={t('sync.nothingFailed')} />
            </Section>
          )}
          <Section title={t('sync.waiting', { count: outbox.counts.waiting })}>
            <Rows rows={outbox.waiting} testID={testIds.sync.waiting} none={t('sync.nothingWaits')} />
          </Section>
          <Section title={t('sync.sent')}>
            <Rows rows={outbox.sent} testID={testIds.sync.sent} none={t('sync.nothingSent')} />
          </Section>
        </>
      )}
    </Page>
  );
}

const phaseKeys: Record<SyncSummary['phase'], ParseKeys> = {
  offline: 'sync.phase.offline',
  idle: 'sync.phase.idle',
  pushing: 'sync.phase.pushing',
  pulling: 'sync.phase.pulling',
  backoff: 'sync.phase.backoff',
};

/** What is safe, in one sentence: what was refused counts first, then what waits. */
const standingOf = ({ failed, waiting }: SyncSummary): readonly [ParseKeys, number] => {
  if (failed > 0) return ['sync.standing.failed', failed];
  return waiting > 0 ? ['sync.standing.waiting', waiting] : ['sync.standing.sent', 0];
};

function SyncState() {
  const { t, i18n } = useTranslation();
  const palette = usePalette();
  const session = useSession();
  const sync = useSync();
  const problemText = useProblemText();
  const { busy, run } = useWork();
  const { icon } = syncWords(sync);
  const [standing, standingCount] = standingOf(sync);
  return (
    <Card>
      <View style={{ flexDirection: 'row', gap: 14, alignItems: 'center' }}>
        <Icon name={icon} size={36} color={palette.primary} />
        <View
          style={{ flex: 1 }}
          aria-live="polite"
          testID={testIds.sync.phase}
          {...{ dataSet: { state: sync.phase } }}
        >
          <Text size="title">{t(phaseKeys[sync.phase] as 'sync.phase.idle')}</Text>
          <Text size="small" tone="muted">
            {sync.lastSuccessAt === null
              ? t('sync.never')
              : t('sync.last', { time: formatMoment(sync.lastSuccessAt, systemClock.now(), i18n.language) })}
          </Text>
        </View>
      </View>
      <Text size="strong" testID={testIds.sync.standing}>
        {t(standing as 'sync.standing.waiting', { count: standingCount })}
      </Text>
      {sync.lastProblem === null ? null : <Notice tone="warning" title={problemText(sync.lastProblem)} />}
      <Button
        label={t('sync.now')}
        icon="cloud-upload-outline"
        kind="tonal"
        busy={busy}
        testID={testIds.sync.now}
        onPress={() => run(() => session.syncNow())}
      />
      <Text size="small" tone="muted">
        {t('sync.safe')}
      </Text>
    </Card>
  );
}

const SHOWN = 20;

function Rows({ rows, none, testID }: { rows: readonly OutboxRow[]; none: string; testID: string }) {
  const { t } = useTranslation();
  const [limit, setLimit] = useState(SHOWN);
  if (rows.length === 0) {
    return (
      <Text tone="muted" testID={testID}>
        {none}
      </Text>
    );
  }
  return (
    <Card style={{ paddingVertical: 4 }} testID={testID}>
      {rows.slice(0, limit).map((row, index) => (
        <Row key={row.mutationId} row={row} first={index === 0} />
      ))}
      {rows.length > limit ? (
        <Button
          kind="plain"
          label={t('sync.more', { count: rows.length - limit })}
          onPress={() => setLimit(limit + SHOWN * 5)}
        />
      ) : null}
    </Card>
  );
}

const typeKeys: Readonly<Record<string, ParseKeys>> = {
  Patient: 'resource.patient',
  Encounter: 'resource.encounter',
  Composition: 'resource.composition',
  Consent: 'resource.consent',
  Provenance: 'resource.provenance',
  CareTeam: 'resource.careTeam',
};

function Row({ row, first }: { row: OutboxRow; first: boolean }) {
  const { t } = useTranslation();
  const palette = usePalette();
  const key = typeKeys[row.resourceType];
  const what = key === undefined ? row.resourceType : t(key as 'resource.patient');
  return (
    <View
      testID={testIds.sync.row(row.mutationId)}
      style={{
        paddingVertical: 10,
        gap: 4,
        borderTopWidth: first ? 0 : 1,
        borderTopColor: palette.line,
        flexDirection: 'row',
        flexWrap: 'wrap',
        alignItems: 'center',
        justifyContent: 'space-between',
      }}
    >
      <View style={{ flexGrow: 1, flexShrink: 1 }}>
        <Text size="strong">
          {row.kind === 'create' ? t('sync.created', { what }) : t('sync.changed', { what })}
        </Text>
        {row.clientName === null ? null : (
          <Text size="small" tone="muted">
            {row.clientName}
          </Text>
        )}
      </View>
      <DeliveryBadge delivery={row.delivery} />
    </View>
  );
}
