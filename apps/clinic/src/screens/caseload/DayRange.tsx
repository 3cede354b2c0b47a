import type { NoteNarrowing } from '@fieldchart/clinic-client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { groupIsoDate } from '../../i18n/format.ts';
import { testIds } from '../../testIds.ts';
import { TextField } from '../../ui/TextField.tsx';
import { daysOf, startOfDay } from './startOfDay.ts';

interface DayRangeProps {
  readonly narrowing: NoteNarrowing;
  readonly onChange: (narrowing: NoteNarrowing) => void;
}

/** From which day to which day, as typed; what is no day yet narrows nothing. */
export function DayRange({ narrowing, onChange }: DayRangeProps) {
  const { t } = useTranslation();
  const { first, last } = daysOf(narrowing);
  return (
    <View style={{ flexDirection: 'row', flexWrap: 'wrap', gap: 12 }}>
      <Day
        label={t('found.from')}
        day={first}
        testID={testIds.found.from}
        onDay={(day) => {
          const { from: _, lastDays: _days, ...others } = narrowing;
          const from = startOfDay(day);
          onChange(from === null ? others : { ...others, from });
        }}
      />
      <Day
        label={t('found.to')}
        day={last}
        testID={testIds.found.to}
        onDay={(day) => {
          const { before: _, lastDays: _days, ...others } = narrowing;
          const before = startOfDay(day, 1);
          onChange(before === null ? others : { ...others, before });
        }}
      />
    </View>
  );
}

interface DayProps {
  readonly label: string;
  readonly day: string;
  readonly testID: string;
  readonly onDay: (day: string) => void;
}

function Day({ label, day, testID, onDay }: DayProps) {
  const { t } = useTranslation();
  // What is typed and is no day yet; a day is the filter's.
  const [typed, setTyped] = useState('');
  const [held, setHeld] = useState(day);
  if (held !== day) {
    setHeld(day);
    if (day !== '') setTyped('');
  }
  const isWrong = day === '' && typed.length >= 10;
  return (
    <View style={{ flexGrow: 1, flexBasis: 150 }}>
      <TextField
        label={label}
        hint={t('register.birthDateHint')}
        error={isWrong ? t('register.error.date') : undefined}
        value={day === '' ? typed : day}
        onChangeText={(text) => {
          const next = groupIsoDate(text);
          setTyped(next);
          onDay(next);
        }}
        inputMode="numeric"
        maxLength={10}
        testID={testID}
      />
    </View>
  );
}
