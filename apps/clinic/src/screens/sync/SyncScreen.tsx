import type { SyncSummary } from '@fieldchart/clinic-client';
import { systemClock } from '@fieldchart/foundation';
import type { ParseKeys } from 'i18next';
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
import { Icon } from '../../ui/Icon.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Page, Section } from '../../ui/Page.tsx';
import { syncWords } from '../../ui/SyncPill.tsx';
import { Text } from '../../ui/Text.tsx';
import { HandoverRows } from './HandoverRows.tsx';
import { AttentionRows, SentRows, WaitingRows } from './OutboxRows.tsx';
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
          {outbox.needsYou.length === 0 ? null : (
            <Section title={t('sync.needsYou', { count: outbox.counts.needsYou })}>
              <Text tone="muted">{t('sync.needsYouText')}</Text>
              <AttentionRows
                rows={outbox.needsYou}
                testID={testIds.sync.failed}
                none={t('sync.nothingFailed')}
              />
            </Section>
          )}
          {outbox.held.length === 0 ? null : (
            <Section title={t('sync.held', { count: outbox.counts.held })}>
              <WaitingRows rows={outbox.held} testID={testIds.sync.held} none={t('sync.nothingWaits')} />
            </Section>
          )}
          <Section title={t('sync.waiting', { count: outbox.counts.waiting })}>
            <WaitingRows rows={outbox.waiting} testID={testIds.sync.waiting} none={t('sync.nothingWaits')} />
          </Section>
          {outbox.handedOver.length === 0 ? null : (
            <Section title={t('sync.handedOver.title')}>
              <Text tone="muted">{t('sync.handedOver.text')}</Text>
              <HandoverRows rows={outbox.handedOver} />
            </Section>
          )}
          <Section title={t('sync.sent')}>
            <SentRows rows={outbox.sent} testID={testIds.sync.sent} none={t('sync.nothingSent')} />
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

/** What is safe, in one sentence: what stands still counts first, then what waits. */
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
      {/* A refused registration is explained by the card below, with the way on. */}
      {sync.lastProblem === null || sync.lastProblem === sync.registration ? null : (
        <Notice tone="warning" title={problemText(sync.lastProblem)} />
      )}
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
