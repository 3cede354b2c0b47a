import { clientNotesAsked, type ClientNotesView } from '@fieldchart/clinic-client';
import { useLocalSearchParams } from 'expo-router';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { useActivity, useActivityDispatch } from '../../session/useActivity.ts';
import { useLive } from '../../session/useLive.ts';
import { usePalette } from '../../theme/theme.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { PageHeader } from '../../ui/Page.tsx';
import { NoteFilters } from '../caseload/NoteFilters.tsx';
import { NoteList } from '../caseload/NoteList.tsx';
import { SearchBox } from '../caseload/SearchBox.tsx';
import { testIds } from '../../testIds.ts';

const NOTHING_ASKED = { search: '', notes: {}, scroll: 0 } as const;

/** Search in the notes of one client. What was asked comes back after a restart. */
export function ClientNotesScreen() {
  const { t } = useTranslation();
  const palette = usePalette();
  const { clientId } = useLocalSearchParams<{ clientId: string }>();
  const chart = useLive({ kind: 'chart', clientId });
  const asked = useActivity((activity) => activity.clientNotes);
  const dispatch = useActivityDispatch();
  const change = useCallback(
    (changed: Partial<ClientNotesView>) => dispatch(clientNotesAsked({ ...changed, clientId })),
    [dispatch, clientId],
  );
  const keepScroll = useCallback((scroll: number) => change({ scroll }), [change]);
  if (chart === undefined) return <Loading />;
  const { search, notes, scroll } = asked.clientId === clientId ? asked : NOTHING_ASKED;
  return (
    <View style={{ flex: 1, backgroundColor: palette.background }}>
      <PageHeader
        title={t('chart.notesTitle')}
        subtitle={chart?.name}
        back={`/clients/${clientId}`}
        clientId={clientId}
      />
      <View role="main" style={{ flex: 1 }}>
        {chart === null ? (
          <EmptyState icon="account-off-outline" title={t('chart.gone')} text={t('chart.goneText')} />
        ) : (
          <>
            <View style={{ paddingVertical: 10, gap: 10, width: '100%', maxWidth: 860, alignSelf: 'center' }}>
              <View style={{ paddingHorizontal: 12, flexDirection: 'row' }}>
                <SearchBox
                  label={t('found.search')}
                  value={search}
                  testID={testIds.chart.notesSearch}
                  onChange={(text) => change({ search: text, scroll: 0 })}
                />
              </View>
              <NoteFilters
                clientId={clientId}
                narrowing={notes}
                onChange={(narrowing) => change({ notes: narrowing, scroll: 0 })}
              />
            </View>
            <NoteList
              question={{ search, narrowing: notes, clientId }}
              scroll={scroll}
              onScroll={keepScroll}
              onShowAll={() => change(NOTHING_ASKED)}
            />
          </>
        )}
      </View>
    </View>
  );
}
