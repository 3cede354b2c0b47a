import {
  viewChanged,
  type CaseloadFilter,
  type CaseloadSort,
  type CaseloadView,
  type ClientGroupKind,
  type NoteFilter,
} from '@fieldchart/clinic-client';
import type { ParseKeys } from 'i18next';
import { router } from 'expo-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ScrollView, View } from 'react-native';
import { useActivity, useActivityDispatch } from '../../session/useActivity.ts';
import { testIds } from '../../testIds.ts';
import { IconButton } from '../../ui/Button.tsx';
import { Choice } from '../../ui/Choice.tsx';
import { FilterChip } from './FilterChip.tsx';
import { GroupChips, GroupChoice } from './GroupChips.tsx';
import { SearchBox } from './SearchBox.tsx';
import { SubjectTabs } from './SubjectTabs.tsx';

const filters: readonly (readonly [CaseloadFilter, ParseKeys])[] = [
  ['all', 'caseload.filter.all'],
  ['unsigned', 'caseload.filter.unsigned'],
  ['not-seen-30-days', 'caseload.filter.notSeen'],
  ['risk', 'caseload.filter.risk'],
  ['consent-expiring', 'caseload.filter.consentExpiring'],
  ['waiting', 'caseload.filter.waiting'],
];

const noteFilters: readonly (readonly [NoteFilter, ParseKeys])[] = [
  ['all', 'found.filter.all'],
  ['my-unsigned', 'found.filter.myUnsigned'],
  ['mine', 'found.filter.mine'],
  ['last-30-days', 'found.filter.last30Days'],
];

const sorts: readonly (readonly [CaseloadSort, ParseKeys])[] = [
  ['name', 'caseload.sort.name'],
  ['last-visit', 'caseload.sort.lastVisit'],
  ['next-visit', 'caseload.sort.nextVisit'],
  ['birth-date', 'caseload.sort.birthDate'],
];

/** Search, filter and sort; all survive a restart. `wrap`: a mouse cannot swipe, so every filter is in sight. */
export function CaseloadControls({ wrap }: { wrap: boolean }) {
  const { t } = useTranslation();
  const view = useActivity((activity) => activity.caseload);
  const dispatch = useActivityDispatch();
  const [sorting, setSorting] = useState(false);
  const [open, setOpen] = useState<ClientGroupKind | null>(null);
  const change = (changed: Partial<CaseloadView>) => dispatch(viewChanged({ ...changed, scroll: 0 }));
  const ofClients = view.subject === 'clients';
  return (
    <View style={{ paddingVertical: 10, gap: 10 }}>
      <View style={{ paddingHorizontal: 12, flexDirection: 'row', gap: 4, alignItems: 'center' }}>
        <SearchBox
          label={ofClients ? t('caseload.search') : t('found.search')}
          value={view.search}
          onChange={(search) => change({ search })}
        />
        {ofClients ? (
          <IconButton
            icon="sort"
            label={t('caseload.sort.label')}
            testID={testIds.caseload.sortMenu}
            onPress={() => setSorting(!sorting)}
          />
        ) : null}
        <IconButton
          icon="shield-key-outline"
          label={t('emergency.title')}
          testID={testIds.emergency.open}
          onPress={() => router.push('/clients/emergency')}
        />
      </View>
      <SubjectTabs subject={view.subject} onChange={(subject) => change({ subject })} />
      {sorting && ofClients ? (
        <View style={{ paddingHorizontal: 12 }}>
          <Choice
            label={t('caseload.sort.label')}
            value={view.sort}
            onChange={(sort) => {
              change({ sort });
              setSorting(false);
            }}
            options={sorts.map(([value, key]) => ({
              value,
              label: t(key as 'caseload.sort.name'),
              testID: testIds.caseload.sort(value),
            }))}
          />
        </View>
      ) : null}
      <Chips wrap={wrap}>
        {ofClients
          ? filters.map(([value, key]) => (
              <FilterChip
                key={value}
                label={t(key as 'caseload.filter.all')}
                chosen={view.filter === value}
                testID={testIds.caseload.filter(value)}
                onPress={() => change({ filter: value })}
              />
            ))
          : noteFilters.map(([value, key]) => (
              <FilterChip
                key={value}
                label={t(key as 'found.filter.all')}
                chosen={view.noteFilter === value}
                testID={testIds.found.filter(value)}
                onPress={() => change({ noteFilter: value })}
              />
            ))}
        {ofClients ? <GroupChips groups={view.groups} open={open} onOpen={setOpen} /> : null}
      </Chips>
      {ofClients && open !== null ? (
        <GroupChoice
          kind={open}
          chosen={view.groups[open]}
          onChange={(value) => {
            const { [open]: _, ...others } = view.groups;
            change({ groups: value === undefined ? others : { ...others, [open]: value } });
            setOpen(null);
          }}
        />
      ) : null}
    </View>
  );
}

function Chips({ wrap, children }: { wrap: boolean; children: ReactNode }) {
  if (wrap) {
    return (
      <View style={{ paddingHorizontal: 12, flexDirection: 'row', flexWrap: 'wrap', gap: 8 }}>
        {children}
      </View>
    );
  }
  return (
    <ScrollView
      horizontal
      showsHorizontalScrollIndicator={false}
      style={{ flexGrow: 0 }}
      contentContainerStyle={{ paddingHorizontal: 12, gap: 8 }}
    >
      {children}
    </ScrollView>
  );
}
