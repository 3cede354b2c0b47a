import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ScrollView, useWindowDimensions, View } from 'react-native';
import { testIds } from '../../testIds.ts';
import { FilterChip } from './FilterChip.tsx';
import { type FilterPick, PickChip, PickChoice } from './PickChip.tsx';

interface FilterBarProps {
  /** Filters with a name: on or off by one touch. */
  readonly saved: ReactNode;
  /** Filters with a choice among some. */
  readonly picks: readonly FilterPick[];
  /** What else the opened filters hold. */
  readonly children?: ReactNode;
  /** How many filters are on. */
  readonly count: number;
}

/**
 * The filters of a list in one line: a button that opens all of them and says how many are on, those that are on by a
 * choice, then those with a name. What the line has no room for is behind the button. While one choice is open, the
 * others make room for it.
 */
export function FilterBar({ saved, picks, children, count }: FilterBarProps) {
  const { t } = useTranslation();
  const { height } = useWindowDimensions();
  const [open, setOpen] = useState(false);
  const [picking, setPicking] = useState<string>();
  const choose = (id: string) => {
    setOpen(true);
    setPicking(picking === id ? undefined : id);
  };
  const chips = (some: readonly FilterPick[]) =>
    some.map((pick) => (
      <PickChip key={pick.id} pick={pick} open={picking === pick.id} onPress={() => choose(pick.id)} />
    ));
  const picked = picks.find(({ id }) => id === picking);
  return (
    <View style={{ gap: 8 }}>
      <View style={{ flexDirection: 'row', paddingLeft: 12 }}>
        <FilterChip
          icon="filter-variant"
          label={count === 0 ? t('filters.open') : t('filters.openCount', { count })}
          chosen={count > 0}
          expanded={open}
          testID={testIds.filters.open}
          onPress={() => {
            setOpen(!open);
            setPicking(undefined);
          }}
        />
        {open ? null : (
          <ScrollView
            horizontal
            showsHorizontalScrollIndicator={false}
            contentContainerStyle={{ paddingHorizontal: 8, gap: 8 }}
          >
            {chips(picks.filter(({ value }) => value !== undefined))}
            {saved}
          </ScrollView>
        )}
      </View>
      {open ? (
        <ScrollView
          role="group"
          accessibilityLabel={t('filters.open')}
          // The list below stays in sight: what a filter does is seen at once.
          style={{ flexGrow: 0, maxHeight: height * 0.45 }}
          contentContainerStyle={{ paddingHorizontal: 12, paddingBottom: 4, gap: 12 }}
          keyboardShouldPersistTaps="handled"
        >
          <View style={{ flexDirection: 'row', flexWrap: 'wrap', gap: 8 }}>
            {picked === undefined ? saved : null}
            {chips(picked === undefined ? picks : [picked])}
          </View>
          {picked === undefined ? null : <PickChoice pick={picked} onDone={() => setPicking(undefined)} />}
          {picked === undefined ? children : null}
        </ScrollView>
      ) : null}
    </View>
  );
}
