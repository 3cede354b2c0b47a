import type { ChartAnswer, NoteSummary } from '@fieldchart/clinic-client';
import { router, useLocalSearchParams } from 'expo-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { FlatList, View } from 'react-native';
import { useLive } from '../../session/useLive.ts';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { PageHeader, Section } from '../../ui/Page.tsx';
import { Heading, Text } from '../../ui/Text.tsx';
import { ClientOnServer } from '../online/ClientOnServer.tsx';
import { AttentionNotices } from '../attention/AttentionNotice.tsx';
import { EmergencyBadge } from '../emergency/EmergencyBadge.tsx';
import { Identity } from './Identity.tsx';
import { ChartFacts } from './ChartFacts.tsx';
import { ConsentList } from './ConsentList.tsx';
import { NoteLink } from './NoteLink.tsx';
import { OlderHere, OlderRecords, isAnyOlder } from './OlderRecords.tsx';
import { PinButton } from './PinButton.tsx';
import { VisitCard, type Visit } from './VisitCard.tsx';

type Entry =
  | {
      readonly kind: 'visit';
      readonly id: string;
      readonly visit: Visit;
      readonly notes: readonly NoteSummary[];
    }
  | { readonly kind: 'notes'; readonly id: string; readonly notes: readonly NoteSummary[] };

/** Visits newest first, each with the notes written of it; notes of no known visit at the end. */
const timeline = (chart: ChartAnswer): readonly Entry[] => {
  const known = new Set(chart.visits.map(({ visitId }) => visitId));
  const loose = chart.notes.filter(({ visitId }) => visitId === null || !known.has(visitId));
  const visits = chart.visits.map((visit) => ({
    kind: 'visit' as const,
    id: visit.visitId,
    visit,
    notes: chart.notes.filter(({ visitId }) => visitId === visit.visitId),
  }));
  return loose.length === 0 ? visits : [...visits, { kind: 'notes', id: 'notes', notes: loose }];
};

/** One client: who they are, what to do next, and what was done. */
export function ChartScreen() {
  const { t } = useTranslation();
  const palette = usePalette();
  const { clientId } = useLocalSearchParams<{ clientId: string }>();
  const chart = useLive({ kind: 'chart', clientId });
  const entries = useMemo(() => (chart === undefined || chart === null ? [] : timeline(chart)), [chart]);
  if (chart === undefined) return <Loading />;
  if (chart === null) return <ClientOnServer key={clientId} clientId={clientId} />;
  return (
    <View style={{ flex: 1, backgroundColor: palette.background }}>
      <PageHeader
        title={chart.name}
        subtitle={<Identity chart={chart} />}
        back="/clients"
        titleTestID={testIds.chart.name}
        clientId={clientId}
        actions={chart === null ? undefined : <PinButton clientId={clientId} />}
      />
      <View role="main" style={{ flex: 1 }}>
        <FlatList
          data={entries}
          keyExtractor={(entry) => entry.id}
          renderItem={({ item }) =>
            item.kind === 'visit' ? (
              <VisitCard clientId={clientId} visit={item.visit} notes={item.notes} />
            ) : (
              <LooseNotes clientId={clientId} notes={item.notes} />
            )
          }
          ListHeaderComponent={<ChartHead chart={chart} />}
          ListEmptyComponent={
            isAnyOlder(chart.older) || chart.older.asked ? null : (
              <EmptyState icon="home-heart" title={t('chart.noVisits')} text={t('chart.noVisitsText')} />
            )
          }
          ListFooterComponent={<OlderRecords clientId={clientId} older={chart.older} />}
          initialNumToRender={12}
          contentContainerStyle={{
            padding: 16,
            paddingBottom: 32,
            gap: 12,
            width: '100%',
            maxWidth: 860,
            alignSelf: 'center',
          }}
        />
      </View>
    </View>
  );
}

// Two columns where there is room, one below the other on a phone.
const sideBySide = { flexGrow: 1, flexShrink: 1, flexBasis: 290 } as const;

function ChartHead({ chart }: { chart: ChartAnswer }) {
  const { t } = useTranslation();
  const base = `/clients/${chart.clientId}` as const;
  const open = chart.visits.find(({ status }) => status === 'in-progress');
  return (
    <View style={{ gap: 20 }}>
      {chart.emergencyUntil === null ? null : (
        <View style={{ alignItems: 'flex-start' }}>
          <EmergencyBadge until={chart.emergencyUntil} />
        </View>
      )}
      <AttentionNotices rows={chart.attention} />
      <View style={{ flexDirection: 'row', flexWrap: 'wrap', gap: 10 }}>
        {open === undefined ? (
          <Button
            label={t('chart.startVisit')}
            icon="home-plus-outline"
            testID={testIds.chart.startVisit}
            style={{ flexGrow: 1 }}
            onPress={() => router.push(`${base}/start-visit`)}
          />
        ) : (
          <Button
            label={t('chart.continueVisit')}
            icon="home-clock-outline"
            testID={testIds.chart.continueVisit}
            style={{ flexGrow: 1 }}
            onPress={() => router.push(`${base}/visits/${open.visitId}`)}
          />
        )}
        <Button
          kind="outlined"
          label={t('chart.consent')}
          icon="draw-pen"
          testID={testIds.chart.consent}
          style={{ flexGrow: 1 }}
          onPress={() => router.push(`${base}/consent`)}
        />
      </View>
      <ChartFacts chart={chart} />
      <View style={{ flexDirection: 'row', flexWrap: 'wrap', gap: 20 }}>
        {chart.conditions.length === 0 ? null : (
          <View style={sideBySide}>
            <Conditions conditions={chart.conditions} />
          </View>
        )}
        <View style={sideBySide}>
          <ConsentList
            clientId={chart.clientId}
            consents={chart.consents}
            elsewhere={chart.older.consents > 0}
          />
        </View>
      </View>
      <OlderHere older={chart.older} />
      <View style={{ flexDirection: 'row', flexWrap: 'wrap', alignItems: 'center', gap: 8 }}>
        <Heading level={2} style={{ flexGrow: 1 }}>
          {t('chart.visits')}
        </Heading>
        <Button
          kind="plain"
          icon="file-search-outline"
          label={t('chart.searchNotes')}
          testID={testIds.chart.searchNotes}
          onPress={() => router.push(`${base}/notes`)}
        />
      </View>
    </View>
  );
}

function Conditions({ conditions }: Pick<ChartAnswer, 'conditions'>) {
  const { t } = useTranslation();
  return (
    <Section title={t('chart.conditions')}>
      <Card style={{ gap: 6 }}>
        {conditions.map((condition) => (
          <View key={condition.id} style={{ flexDirection: 'row', gap: 10 }}>
            <Text style={{ flex: 1 }}>{condition.text}</Text>
            {condition.code === null ? null : <Text tone="muted">{condition.code}</Text>}
          </View>
        ))}
      </Card>
    </Section>
  );
}

function LooseNotes({ clientId, notes }: { clientId: string; notes: readonly NoteSummary[] }) {
  const { t } = useTranslation();
  return (
    <Card>
      <Heading level={3}>{t('chart.otherNotes')}</Heading>
      {notes.map((note) => (
        <NoteLink key={note.noteId} clientId={clientId} note={note} />
      ))}
    </Card>
  );
}
