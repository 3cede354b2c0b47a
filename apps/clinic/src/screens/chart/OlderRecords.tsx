import type { ChartAnswer } from '@fieldchart/clinic-client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate } from '../../i18n/format.ts';
import { useSession } from '../../session/ShellContext.tsx';
import { useSync } from '../../session/useLive.ts';
import { useWork } from '../../session/useWork.ts';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Heading, Text } from '../../ui/Text.tsx';

type Older = ChartAnswer['older'];

/** Whether anything of the client is kept on the server only. */
export const isAnyOlder = ({ notes, visits, consents }: Older) => notes + visits + consents > 0;

/** Older notes were fetched back: until when they are here. */
export function OlderHere({ older }: { older: Older }) {
  const { t, i18n } = useTranslation();
  if (older.hereUntil === null) return null;
  return (
    <Notice
      tone="info"
      testID={testIds.chart.olderHere}
      title={t('older.here')}
      text={t('older.hereText', { date: formatDate(older.hereUntil, i18n.language) })}
    />
  );
}

/** What the provider keeps on its server only, and the way to fetch it back. */
export function OlderRecords({ clientId, older }: { clientId: string; older: Older }) {
  const { t, i18n } = useTranslation();
  const { organization } = useSession();
  // Kept here: the button goes while they are on their way, and its answer is shown when it is back.
  const [refused, setRefused] = useState(false);
  if (older.asked) return <OnTheirWay />;
  if (!isAnyOlder(older)) return null;
  const counts = [
    older.notes === 0 ? null : t('older.notes', { count: older.notes }),
    older.visits === 0 ? null : t('older.visits', { count: older.visits }),
    older.consents === 0 ? null : t('older.consents', { count: older.consents }),
  ];
  return (
    <Card style={{ gap: 10 }} testID={testIds.chart.older}>
      <Heading level={3}>{t('older.title')}</Heading>
      <Text>{t('older.away', { what: counts.filter((count) => count !== null).join(' · ') })}</Text>
      <Text>
        {older.newest === null
          ? t('older.why', { organization: organization.name })
          : t('older.whyUpTo', {
              organization: organization.name,
              date: formatDate(older.newest, i18n.language),
            })}
      </Text>
      {refused ? <NotGiven /> : null}
      <FetchButton clientId={clientId} onRefused={setRefused} />
    </Card>
  );
}

/** The server did not give the older records that were asked for. */
export function NotGiven() {
  const { t } = useTranslation();
  const { organization } = useSession();
  return (
    <Notice
      tone="warning"
      announce
      testID={testIds.chart.olderRefused}
      title={t('older.refused')}
      text={t('older.refusedText', { organization: organization.name })}
    />
  );
}

/** Fetches all of a client's older records back. */
export function FetchButton({
  clientId,
  onRefused,
}: {
  clientId: string;
  onRefused: (refused: boolean) => void;
}) {
  const { t } = useTranslation();
  const session = useSession();
  const { busy, failed, run } = useWork();
  const fetchBack = () =>
    run(async () => {
      onRefused((await session.fetchOlder(clientId)) === 'refused');
    });
  return (
    <>
      <Text size="small" tone="muted">
        {t('older.stay')}
      </Text>
      {failed ? <Notice tone="error" announce title={t('work.failed')} text={t('work.failedText')} /> : null}
      <Button
        kind="outlined"
        icon="cloud-download-outline"
        label={t('older.fetch')}
        busy={busy}
        testID={testIds.chart.fetchOlder}
        onPress={fetchBack}
      />
    </>
  );
}

/** Asked for: at once where there is a connection, else by themselves with the next one. */
function OnTheirWay() {
  const { t } = useTranslation();
  const { online } = useSync();
  return online ? (
    <Notice tone="info" testID={testIds.chart.olderAsked} title={t('older.coming')} />
  ) : (
    <Notice
      tone="warning"
      announce
      testID={testIds.chart.olderAsked}
      title={t('older.offline')}
      text={t('older.offlineText')}
    />
  );
}
