import type { RecordField } from '@fieldchart/clinic-client';
import type { ParseKeys } from 'i18next';
import { useTranslation } from 'react-i18next';
import { formatDate, formatDateTime } from '../../i18n/format.ts';

const labels: Readonly<Record<string, ParseKeys>> = {
  'note.section.data': 'note.section.data',
  'note.section.assessment': 'note.section.assessment',
  'note.section.plan': 'note.section.plan',
  'register.given': 'register.given',
  'register.family': 'register.family',
  'register.birthDate': 'register.birthDate',
  'register.gender': 'register.gender',
  'register.language': 'register.language',
  'register.phone': 'register.phone',
  'register.line': 'register.line',
  'register.city': 'register.city',
  'register.state': 'register.state',
  'register.postalCode': 'register.postalCode',
  'visit.where': 'visit.where',
  'visit.location': 'visit.location',
  'visit.start': 'visit.start',
  'visit.end': 'visit.end',
  'record.whole': 'attention.whole',
};

const choices: Readonly<Record<string, Readonly<Record<string, ParseKeys>>>> = {
  gender: {
    female: 'gender.female',
    male: 'gender.male',
    other: 'gender.other',
    unknown: 'gender.unknown',
  },
  language: { en: 'language.en', es: 'language.es' },
  place: { HH: 'visit.place.home', AMB: 'visit.place.clinic', VR: 'visit.place.remote' },
};

export interface FieldWords {
  readonly label: (field: Pick<RecordField, 'labelKey'>) => string;
  /** A field's text as a person reads it; empty where there is none. */
  readonly value: (field: Pick<RecordField, 'code' | 'kind'>, text: string) => string;
  /** What may be chosen in a field of that kind. */
  readonly options: (code: string) => readonly { readonly value: string; readonly label: string }[];
}

/** A record's fields in the app's language. */
export function useFieldWords(): FieldWords {
  const { t, i18n } = useTranslation();
  const say = (key: ParseKeys) => t(key as 'gender.female');
  return {
    label: ({ labelKey }) => say(labels[labelKey] ?? 'note.section.other'),
    value: ({ code, kind }, text) => {
      if (text === '') return '';
      if (kind === 'moment') return formatDateTime(text, i18n.language);
      if (code === 'birthDate') return formatDate(text, i18n.language);
      const word = kind === 'choice' ? choices[code]?.[text] : undefined;
      return word === undefined ? text : say(word);
    },
    options: (code) =>
      Object.entries(choices[code] ?? {}).map(([value, key]) => ({ value, label: say(key) })),
  };
}
