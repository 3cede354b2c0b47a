import { Choice, type ChoiceOption } from '../../ui/Choice.tsx';
import { FilterChip } from './FilterChip.tsx';

/** A filter that is one of some. */
export interface FilterPick {
  readonly id: string;
  readonly name: string;
  /** The words for none of them, and the handle of that choice. */
  readonly any: string;
  readonly anyTestID: string;
  readonly value: string | undefined;
  readonly options: readonly ChoiceOption<string>[];
  readonly testID: string;
  readonly onPick: (value: string | undefined) => void;
}

/** The chip of a filter: what it is narrowed to; it opens the choice. */
export function PickChip({ pick, open, onPress }: { pick: FilterPick; open: boolean; onPress: () => void }) {
  const { name, value, options, testID } = pick;
  const chosen = options.find((option) => option.value === value);
  return (
    <FilterChip
      label={chosen === undefined ? name : `${name}: ${chosen.label}`}
      chosen={value !== undefined}
      expanded={open}
      testID={testID}
      onPress={onPress}
    />
  );
}

/** Which of them. */
export function PickChoice({ pick, onDone }: { pick: FilterPick; onDone: () => void }) {
  return (
    <Choice
      lines
      label={pick.name}
      value={pick.value ?? ''}
      onChange={(value) => {
        pick.onPick(value === '' ? undefined : value);
        onDone();
      }}
      options={[{ value: '', label: pick.any, testID: pick.anyTestID }, ...pick.options]}
    />
  );
}
