import type { NoteNarrowing } from '@fieldchart/clinic-client';
import type { ParseKeys } from 'i18next';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../session/ShellContext.tsx';
import { testIds } from '../../testIds.ts';
import { DayRange } from './DayRange.tsx';
import { FilterBar } from './FilterBar.tsx';
import { FilterChip } from './FilterChip.tsx';
import {
  countNarrowing,
  isSameNarrowing,
  savedNoteFilters,
  type SavedNoteFilter,
} from './savedNoteFilters.ts';
import { useNotePicks } from './useNotePicks.ts';

const words: Readonly<Record<SavedNoteFilter, ParseKeys>> = {
  all: 'found.filter.all',
  'my-unsigned': 'found.filter.myUnsigned',
  mine: 'found.filter.mine',
  'last-30-days': 'found.filter.last30Days',
};

interface NoteFiltersProps {
  /** Of this client alone. */
  readonly clientId?: string;
  readonly narrowing: NoteNarrowing;
  readonly onChange: (narrowing: NoteNarrowing) => void;
}

/** What the notes are narrowed to. */
export function NoteFilters({ clientId, narrowing, onChange }: NoteFiltersProps) {
  const { t } = useTranslation();
  const { me } = useSession();
  const picks = useNotePicks(clientId, narrowing, onChange);
  return (
    <FilterBar
      picks={picks}
      count={countNarrowing(narrowing)}
      saved={savedNoteFilters(`Practitioner/${me.practitionerId}`).map(([name, saved]) => (
        <FilterChip
          key={name}
          label={t(words[name] as 'found.filter.all')}
          chosen={isSameNarrowing(narrowing, saved)}
          testID={testIds.found.filter(name)}
          onPress={() => onChange(saved)}
        />
      ))}
    >
      <DayRange narrowing={narrowing} onChange={onChange} />
    </FilterBar>
  );
}
