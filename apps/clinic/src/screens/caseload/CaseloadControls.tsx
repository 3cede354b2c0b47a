import { viewChanged, type CaseloadFilter, type CaseloadSort } from '@fieldchart/clinic-client';
import type { ParseKeys } from 'i18next';
import { router } from 'expo-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Pressable, ScrollView, TextInput, View } from 'react-native';
import { useActivity, useActivityDispatch } from '../../session/useActivity.ts';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { IconButton } from '../../ui/Button.tsx';
import { Choice } from '../../ui/Choice.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { PRIVATE_INPUT } from '../../ui/TextField.tsx';
import { Text } from '../../ui/Text.tsx';

const filters: readonly (readonly [CaseloadFilter, ParseKeys])[] = [
  ['all', 'caseload.filter.all'],
  ['unsigned', 'caseload.filter.unsigned'],
  ['not-seen-30-days', 'caseload.filter.notSeen'],
  ['waiting', 'caseload.filter.waiting'],
];

const sorts: readonly (readonly [CaseloadSort, ParseKeys])[] = [
  ['name', 'caseload.sort.name'],
  ['last-visit', 'caseload.sort.lastVisit'],
  ['birth-date', 'caseload.sort.birthDate'],
];

/** Search, filter and sort; all three survive a restart. `wrap`: a mouse cannot swipe, so every filter is in sight. */
export function CaseloadControls({ wrap }: { wrap: boolean }) {
  const { t } = useTranslation();
  const view = useActivity((activity) => activity.caseload);
  const dispatch = useActivityDispatch();
  const [sorting, setSorting] = useState(false);
  const chips = filters.map(([value, key]) => (
    <FilterChip
      key={value}
      label={t(key as 'caseload.filter.all')}
      chosen={view.filter === value}
      testID={testIds.caseload.filter(value)}
      onPress={() => dispatch(viewChanged({ filter: value, scroll: 0 }))}
    />
  ));
  return (
    <View style={{ paddingVertical: 10, gap: 10 }}>
      <View style={{ paddingHorizontal: 12, flexDirection: 'row', gap: 4, alignItems: 'center' }}>
        <SearchBox value={view.search} onChange={(search) => dispatch(viewChanged({ search, scroll: 0 }))} />
        <View>
          <IconButton
            icon="sort"
            label={t('caseload.sort.label')}
            testID={testIds.caseload.sortMenu}
            onPress={() => setSorting(!sorting)}
          />
        </View>
        <IconButton
          icon="shield-key-outline"
          label={t('emergency.title')}
          testID={testIds.emergency.open}
          onPress={() => router.push('/clients/emergency')}
        />
      </View>
      {sorting ? (
        <View style={{ paddingHorizontal: 12 }}>
          <Choice
            label={t('caseload.sort.label')}
            value={view.sort}
            onChange={(sort) => {
              dispatch(viewChanged({ sort, scroll: 0 }));
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
      {wrap ? (
        <View style={{ paddingHorizontal: 12, flexDirection: 'row', flexWrap: 'wrap', gap: 8 }}>{chips}</View>
      ) : (
        <ScrollView
          horizontal
          showsHorizontalScrollIndicator={false}
          style={{ flexGrow: 0 }}
          contentContainerStyle={{ paddingHorizontal: 12, gap: 8 }}
        >
          {chips}
        </ScrollView>
      )}
    </View>
  );
}

function SearchBox({ value, onChange }: { value: string; onChange: (search: string) => void }) {
  const { t } = useTranslation();
  const palette = usePalette();
  return (
    <View
      accessibilityRole="search"
      style={{
        flex: 1,
        flexDirection: 'row',
        alignItems: 'center',
        borderWidth: 1,
        borderColor: palette.outline,
        borderRadius: 26,
        paddingLeft: 14,
        backgroundColor: palette.surface,
      }}
    >
      <Icon name="magnify" color={palette.muted} />
      <TextInput
        {...PRIVATE_INPUT}
        value={value}
        onChangeText={onChange}
        accessibilityLabel={t('caseload.search')}
        placeholder={t('caseload.search')}
        placeholderTextColor={palette.muted}
        testID={testIds.caseload.search}
        style={{
          flex: 1,
          minWidth: 0,
          minHeight: 50,
          paddingHorizontal: 10,
          borderRadius: 24,
          fontSize: 16,
          color: palette.onSurface,
        }}
      />
      {value === '' ? null : (
        <IconButton icon="close" label={t('caseload.clearSearch')} onPress={() => onChange('')} />
      )}
    </View>
  );
}

interface FilterChipProps {
  readonly label: string;
  readonly chosen: boolean;
  readonly testID: string;
  readonly onPress: () => void;
}

function FilterChip({ label, chosen, testID, onPress }: FilterChipProps) {
  const palette = usePalette();
  return (
    <Pressable
      role="button"
      {...{ 'aria-pressed': chosen }}
      accessibilityState={{ selected: chosen }}
      onPress={onPress}
      testID={testID}
      style={{
        minHeight: 48,
        paddingHorizontal: 16,
        borderRadius: 24,
        borderWidth: 1,
        borderColor: chosen ? palette.primary : palette.outline,
        backgroundColor: chosen ? palette.primaryContainer : palette.surface,
        flexDirection: 'row',
        alignItems: 'center',
        gap: 6,
      }}
    >
      {chosen ? <Icon name="check" size={18} color={palette.onPrimaryContainer} /> : null}
      <Text
        size="small"
        style={{ color: chosen ? palette.onPrimaryContainer : palette.onSurface, fontWeight: '600' }}
      >
        {label}
      </Text>
    </Pressable>
  );
}
