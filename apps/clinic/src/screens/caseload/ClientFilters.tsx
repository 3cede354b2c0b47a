import { viewChanged, type CaseloadFilter, type CaseloadView } from '@fieldchart/clinic-client';
import type { ParseKeys } from 'i18next';
import { useTranslation } from 'react-i18next';
import { useActivity, useActivityDispatch } from '../../session/useActivity.ts';
import { testIds } from '../../testIds.ts';
import { FilterBar } from './FilterBar.tsx';
import { FilterChip } from './FilterChip.tsx';
import { useGroupPicks } from './useGroupPicks.ts';

const filters: readonly (readonly [CaseloadFilter, ParseKeys])[] = [
  ['all', 'caseload.filter.all'],
  ['unsigned', 'caseload.filter.unsigned'],
  ['not-seen-30-days', 'caseload.filter.notSeen'],
  ['risk', 'caseload.filter.risk'],
  ['consent-expiring', 'caseload.filter.consentExpiring'],
  ['waiting', 'caseload.filter.waiting'],
];

/** What the list of clients is narrowed to. */
export function ClientFilters() {
  const { t } = useTranslation();
  const { filter, groups } = useActivity((activity) => activity.caseload);
  const dispatch = useActivityDispatch();
  const change = (changed: Partial<CaseloadView>) => dispatch(viewChanged({ ...changed, scroll: 0 }));
  const picks = useGroupPicks(groups, (chosen) => change({ groups: chosen }));
  const count = (filter === 'all' ? 0 : 1) + Object.keys(groups).length;
  return (
    <FilterBar
      picks={picks}
      count={count}
      saved={filters.map(([value, key]) => (
        <FilterChip
          key={value}
          label={t(key as 'caseload.filter.all')}
          chosen={value === 'all' ? count === 0 : filter === value}
          testID={testIds.caseload.filter(value)}
          onPress={() => change({ filter: value, ...(value === 'all' ? { groups: {} } : {}) })}
        />
      ))}
    />
  );
}
