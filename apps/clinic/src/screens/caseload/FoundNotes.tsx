import { viewChanged, type CaseloadView, type FoundNoteRow } from '@fieldchart/clinic-client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FlatList, View } from 'react-native';
import { useActivity, useActivityDispatch } from '../../session/useActivity.ts';
import { useLive } from '../../session/useLive.ts';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { Text } from '../../ui/Text.tsx';
import { FoundNoteLink } from './FoundNoteLink.tsx';
import { FoundOnServer, isNothingFound } from './FoundOnServer.tsx';
import { OnlineStatus } from './OnlineStatus.tsx';
import { useKeptScroll } from './useKeptScroll.ts';
import { useOnlineSearch } from './useOnlineSearch.ts';

const PAGE = 40;
/** About the height of a row. */
const ROW = 150;

/** The notes that answer the search, newest first. */
export function FoundNotes() {
  const { t } = useTranslation();
  const view = useActivity((activity) => activity.caseload);
  const scroll = useKeptScroll<FoundNoteRow>(view.scroll);
  const [limit, setLimit] = useState(Math.max(PAGE, Math.ceil(view.scroll / ROW) + PAGE));
  const answer = useLive({ kind: 'found-notes', search: view.search, filter: view.noteFilter, limit });
  const online = useOnlineSearch({ subject: 'notes', search: view.search, filter: view.noteFilter });
  if (answer === undefined) return <Loading />;
  const { rows, total, preparing } = answer;
  return (
    <FlatList
      {...scroll}
      testID={testIds.found.list}
      data={rows}
      keyExtractor={(row) => row.noteId}
      renderItem={({ item }) => <FoundNoteLink row={item} />}
      onEndReachedThreshold={1.5}
      onEndReached={() => {
        if (rows.length >= limit) setLimit(rows.length + PAGE * 2);
      }}
      keyboardShouldPersistTaps="handled"
      contentContainerStyle={{ padding: 12, paddingTop: 4, paddingBottom: 24, gap: 8 }}
      ListHeaderComponent={
        <View style={{ paddingHorizontal: 4, paddingBottom: 4, gap: 4 }}>
          <Text size="small" tone="muted" aria-live="polite" testID={testIds.found.count}>
            {total > 1000 ? t('found.countMany') : t('found.count', { count: total })}
          </Text>
          {preparing === 0 ? null : (
            <Text size="small" tone="amber">
              {t('found.preparing', { count: preparing })}
            </Text>
          )}
          <OnlineStatus answer={online.answer} />
        </View>
      }
      ListEmptyComponent={isNothingFound(online.answer) ? <NoNotes view={view} /> : null}
      // Only below the last of the device's own: pages of these would push it down.
      ListFooterComponent={rows.length < limit ? <FoundOnServer {...online} /> : null}
    />
  );
}

function NoNotes({ view }: { view: CaseloadView }) {
  const { t } = useTranslation();
  const dispatch = useActivityDispatch();
  if (view.search === '' && view.noteFilter === 'all') {
    return <EmptyState icon="file-document-outline" title={t('found.empty')} text={t('found.emptyText')} />;
  }
  const byWords = view.search !== '';
  return (
    <EmptyState
      icon="file-search-outline"
      title={byWords ? t('found.none') : t('found.noneInFilter')}
      text={byWords ? t('found.noneText') : t('found.noneInFilterText')}
    >
      <Button
        kind="tonal"
        label={t('found.showAll')}
        onPress={() => dispatch(viewChanged({ search: '', noteFilter: 'all', scroll: 0 }))}
      />
    </EmptyState>
  );
}
