import type { ChartAnswer } from '@fieldchart/clinic-client';
import { systemClock } from '@fieldchart/foundation';
import { useTranslation } from 'react-i18next';
import { ageInYears, formatDate } from '../../i18n/format.ts';

/** Age, birth date and gender. */
export function Identity({ chart }: { chart: Pick<ChartAnswer, 'birthDate' | 'gender'> }) {
  const { t, i18n } = useTranslation();
  const age = chart.birthDate === null ? undefined : ageInYears(chart.birthDate, systemClock.now());
  return [
    age === undefined ? null : t('client.age', { count: age }),
    chart.birthDate === null ? null : formatDate(chart.birthDate, i18n.language),
    isGender(chart.gender) ? t(genders[chart.gender]) : null,
  ]
    .filter((fact) => fact !== null)
    .join(' · ');
}

const genders = {
  female: 'gender.female',
  male: 'gender.male',
  other: 'gender.other',
  unknown: 'gender.unknown',
} as const;

const isGender = (text: string | null): text is keyof typeof genders => text !== null && text in genders;
