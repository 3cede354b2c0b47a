import type { NoteNarrowing } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { useLive } from '../../session/useLive.ts';
import { testIds } from '../../testIds.ts';
import { useNoteTitle } from '../chart/useNoteTitle.ts';
import type { FilterPick } from './PickChip.tsx';

type Field = 'status' | 'type' | 'author';

/** What notes, or those of one client, can be narrowed to by a choice: status, type, author. */
export function useNotePicks(
  clientId: string | undefined,
  narrowing: NoteNarrowing,
  onChange: (narrowing: NoteNarrowing) => void,
): readonly FilterPick[] {
  const { t } = useTranslation();
  const noteTitle = useNoteTitle();
  const choices = useLive({ kind: 'note-choices', ...(clientId === undefined ? {} : { clientId }) });
  const pick = (
    id: Field,
    words: { readonly name: string; readonly any: string },
    options: readonly { readonly value: string; readonly label: string }[],
  ): FilterPick => ({
    id,
    ...words,
    anyTestID: testIds.found.choice('any'),
    value: narrowing[id],
    options: options.map((option) => ({ ...option, testID: testIds.found.choice(option.value) })),
    testID: testIds.found.pick(id),
    onPick: (value) => {
      const { [id]: _, ...others } = narrowing;
      onChange(value === undefined ? others : { ...others, [id]: value });
    },
  });
  const types = choices?.types.map(({ value, label }) => ({ value, label: noteTitle(label) })) ?? [];
  return [
    pick('status', { name: t('found.status'), any: t('found.anyStatus') }, [
      { value: 'preliminary', label: t('note.status.draft') },
      { value: 'final', label: t('note.status.signed') },
      { value: 'amended', label: t('note.status.amended') },
      { value: 'entered-in-error', label: t('note.status.error') },
    ]),
    pick('type', { name: t('found.type'), any: t('found.anyType') }, types),
    pick('author', { name: t('found.author'), any: t('found.anyAuthor') }, choices?.authors ?? []),
  ];
}
