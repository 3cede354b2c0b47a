import { viewChanged, type CaseloadSort, type CaseloadView } from '@fieldchart/clinic-client';
import type { ParseKeys } from 'i18next';
import { router } from 'expo-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { useActivity, useActivityDispatch } from '../../session/useActivity.ts';
import { testIds } from '../../testIds.ts';
import { IconButton } from '../../ui/Button.tsx';
import { Choice } from '../../ui/Choice.tsx';
import { ClientFilters } from './ClientFilters.tsx';
import { NoteFilters } from './NoteFilters.tsx';
import { SearchBox } from './SearchBox.tsx';
import { SubjectTabs } from './SubjectTabs.tsx';

const sorts: readonly (readonly [CaseloadSort, ParseKeys])[] = [
  ['name', 'caseload.sort.name'],
  ['last-visit', 'caseload.sort.lastVisit'],
  ['next-visit', 'caseload.sort.nextVisit'],
  ['birth-date', 'caseload.sort.birthDate'],
];

/** Search, filter and sort; all survive a restart. */
export function CaseloadControls() {
  const { t } = useTranslation();
  const view = useActivity((activity) => activity.caseload);
  const dispatch = useActivityDispatch();
  const [sorting, setSorting] = useState(false);
  const change = (changed: Partial<CaseloadView>) => dispatch(viewChanged({ ...changed, scroll: 0 }));
  const ofClients = view.subject === 'clients';
  return (
    <View style={{ paddingVertical: 10, gap: 10 }}>
      <View style={{ paddingHorizontal: 12, flexDirection: 'row', gap: 4, alignItems: 'center' }}>
        <SearchBox
          label={ofClients ? t('caseload.search') : t('found.search')}
          value={view.search}
          testID={testIds.caseload.search}
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
      {ofClients ? (
        <ClientFilters />
      ) : (
        <NoteFilters narrowing={view.notes} onChange={(notes) => change({ notes })} />
      )}
    </View>
  );
}
