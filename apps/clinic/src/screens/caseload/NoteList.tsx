import type { FoundNoteRow, NoteCount, NoteQuestion } from '@fieldchart/clinic-client';
import type { TFunction } from 'i18next';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FlatList, View } from 'react-native';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { Text } from '../../ui/Text.tsx';
import { FoundNoteLink } from './FoundNoteLink.tsx';
import { FoundOnServer, isNothingFound } from './FoundOnServer.tsx';
import { OnlineStatus } from './OnlineStatus.tsx';
import { countNarrowing } from './savedNoteFilters.ts';
import { useKeptScroll } from './useKeptScroll.ts';
import { useNotePages } from './useNotePages.ts';
import { useOnlineSearch } from './useOnlineSearch.ts';

/** About the height of a row: how many must be loaded before the remembered scroll can be reached. */
const ROW = 150;
const SCREENFUL = 20;

interface NoteListProps {
  readonly question: NoteQuestion;
  /** Pixels: where the list was when it was last on the screen. */
  readonly scroll: number;
  readonly onScroll: (scroll: number) => void;
  /** Asks for all notes again. */
  readonly onShowAll: () => void;
}

/** The notes that answer a question, newest first, then what the server has beside them. */
export function NoteList({ question, scroll, onScroll, onShowAll }: NoteListProps) {
  const { t } = useTranslation();
  const kept = useKeptScroll<FoundNoteRow>(scroll, onScroll);
  const [first] = useState(Math.ceil(scroll / ROW) + SCREENFUL);
  const { pages, more } = useNotePages(question, first);
  const online = useOnlineSearch({ subject: 'notes', ...question });
  if (pages === undefined) return <Loading />;
  const { rows, count } = pages;
  const isOfClient = question.clientId !== undefined;
  return (
    <FlatList
      {...kept}
      testID={testIds.found.list}
      data={rows}
      keyExtractor={(row) => row.noteId}
      renderItem={({ item }) => <FoundNoteLink row={item} ofClient={isOfClient} />}
      onEndReachedThreshold={1.5}
      onEndReached={more}
      keyboardShouldPersistTaps="handled"
      contentContainerStyle={listStyle}
      ListHeaderComponent={
        <View style={{ paddingHorizontal: 4, paddingBottom: 4, gap: 4 }}>
          <Text size="small" tone="muted" aria-live="polite" testID={testIds.found.count}>
            {countedText(t, count)}
          </Text>
          {count === undefined || count.preparing === 0 ? null : (
            <Text size="small" tone="amber">
              {t('found.preparing', { count: count.preparing })}
            </Text>
          )}
          <OnlineStatus answer={online.answer} />
        </View>
      }
      ListEmptyComponent={
        isNothingFound(online.answer) ? <NoNotes question={question} onShowAll={onShowAll} /> : null
      }
      // Only below the last of the device's own: pages of these would push it down.
      ListFooterComponent={!pages.more ? <FoundOnServer {...online} ofClient={isOfClient} /> : null}
    />
  );
}

/** The line stands there from the beginning, so that the list does not move when it is counted. */
function countedText(t: TFunction, count: NoteCount | undefined): string {
  if (count === undefined) return ' ';
  return count.total > 1000 ? t('found.countMany') : t('found.count', { count: count.total });
}

const listStyle = {
  padding: 12,
  paddingTop: 4,
  paddingBottom: 24,
  gap: 8,
  width: '100%',
  maxWidth: 860,
  alignSelf: 'center',
} as const;

function NoNotes({ question, onShowAll }: Pick<NoteListProps, 'question' | 'onShowAll'>): ReactElement {
  const { t } = useTranslation();
  const { search, narrowing } = question;
  if (search === '' && countNarrowing(narrowing) === 0) {
    return <EmptyState icon="file-document-outline" title={t('found.empty')} text={t('found.emptyText')} />;
  }
  const byWords = search !== '';
  return (
    <EmptyState
      icon="file-search-outline"
      title={byWords ? t('found.none') : t('found.noneInFilter')}
      text={byWords ? t('found.noneText') : t('found.noneInFilterText')}
    >
      <Button kind="tonal" label={t('found.showAll')} onPress={onShowAll} />
    </EmptyState>
  );
}
