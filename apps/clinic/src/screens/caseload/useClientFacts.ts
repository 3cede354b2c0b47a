import { systemClock } from '@fieldchart/foundation';
import { useTranslation } from 'react-i18next';
import { ageInYears, formatDate } from '../../i18n/format.ts';

interface Person {
  readonly birthDate: string | null;
  readonly city: string | null;
}

/** What tells clients of one name apart, in one line: age, birth date, town; only what is known. */
export function useClientFacts({ birthDate, city }: Person): string {
  const { t, i18n } = useTranslation();
  const age = birthDate === null ? undefined : ageInYears(birthDate, systemClock.now());
  return [
    age === undefined ? null : t('client.age', { count: age }),
    birthDate === null ? null : formatDate(birthDate, i18n.language),
    city,
  ]
    .filter((fact) => fact !== null)
    .join(' · ');
}
