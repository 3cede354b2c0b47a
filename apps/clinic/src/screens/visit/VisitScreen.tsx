import { router, useLocalSearchParams } from 'expo-router';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { formatDateTime, formatTime } from '../../i18n/format.ts';
import { useLive } from '../../session/useLive.ts';
import { useSession } from '../../session/ShellContext.tsx';
import { useWork } from '../../session/useWork.ts';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { DeliveryBadge } from '../../ui/DeliveryBadge.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Page, Section } from '../../ui/Page.tsx';
import { Text } from '../../ui/Text.tsx';
import { AttentionNotices } from '../attention/AttentionNotice.tsx';
import { NoteLink } from '../chart/NoteLink.tsx';
import type { Visit } from '../chart/VisitCard.tsx';
import { usePlaceWords } from '../chart/usePlaceWords.ts';

/** A visit under way or over: its notes, writing one, and finishing it. */
export function VisitScreen() {
  const { t } = useTranslation();
  const session = useSession();
  const { clientId, visitId } = useLocalSearchParams<{ clientId: string; visitId: string }>();
  const chart = useLive({ kind: 'chart', clientId });
  const { busy, failed, run } = useWork();
  if (chart === undefined) return <Loading />;
  const visit = chart?.visits.find((candidate) => candidate.visitId === visitId);
  if (chart === null || visit === undefined) {
    return (
      <Page clientId={clientId} title={t('visit.gone')} back={`/clients/${clientId}`}>
        <EmptyState icon="home-off-outline" title={t('visit.gone')} text={t('visit.goneText')} />
      </Page>
    );
  }
  const notes = chart.notes.filter((note) => note.visitId === visitId);
  const draft = notes.find((note) => note.mine && note.status === 'preliminary');
  const write = () =>
    run(async () => {
      const noteId = draft?.noteId ?? (await session.createNote({ clientId, visitId })).noteId;
      router.push(`/clients/${clientId}/notes/${noteId}`);
    });
  const finish = () =>
    run(async () => {
      await session.finishVisit(visitId);
      router.replace(`/clients/${clientId}`);
    });

  return (
    <Page
      clientId={clientId}
      title={t('visit.title')}
      subtitle={chart.name}
      back={`/clients/${clientId}`}
      width={680}
    >
      <AttentionNotices rows={chart.attention.filter(({ resourceId }) => resourceId === visitId)} />
      <VisitFacts visit={visit} />
      <View style={{ gap: 10 }}>
        <Button
          label={draft === undefined ? t('visit.writeNote') : t('visit.continueNote')}
          icon="pencil-plus-outline"
          busy={busy}
          testID={testIds.visit.writeNote}
          onPress={write}
        />
        {visit.status === 'in-progress' ? (
          <Button
            kind="outlined"
            label={t('visit.finish')}
            icon="flag-checkered"
            disabled={busy}
            testID={testIds.visit.finish}
            onPress={finish}
          />
        ) : null}
      </View>
      {failed ? <Notice tone="error" announce title={t('work.failed')} text={t('work.failedText')} /> : null}
      <Section title={t('visit.notes')}>
        {notes.length === 0 ? (
          <Text tone="muted">{t('visit.noNotes')}</Text>
        ) : (
          <Card style={{ padding: 8, gap: 6 }}>
            {notes.map((note) => (
              <NoteLink key={note.noteId} clientId={clientId} note={note} />
            ))}
          </Card>
        )}
      </Section>
    </Page>
  );
}

function VisitFacts({ visit }: { visit: Visit }) {
  const { t, i18n } = useTranslation();
  const palette = usePalette();
  const { icon, words } = usePlaceWords()(visit.place);
  const start = visit.start === null ? t('visit.noTime') : formatDateTime(visit.start, i18n.language);
  return (
    <Card>
      <View style={{ flexDirection: 'row', gap: 12 }}>
        <Icon name={icon} size={28} color={palette.primary} />
        <View style={{ flex: 1, gap: 4 }}>
          <Text size="strong">
            {visit.end === null ? start : `${start} – ${formatTime(visit.end, i18n.language)}`}
          </Text>
          <Text tone="muted">
            {visit.location === null || visit.location === '' ? words : `${words} · ${visit.location}`}
          </Text>
          <View style={{ flexDirection: 'row', flexWrap: 'wrap', gap: 6 }}>
            {visit.status === 'in-progress' ? (
              <Badge tone="warning" icon="progress-clock" label={t('visit.inProgress')} />
            ) : (
              <Badge icon="check" label={t('visit.finished')} />
            )}
            <DeliveryBadge delivery={visit.delivery} />
          </View>
        </View>
      </View>
    </Card>
  );
}
