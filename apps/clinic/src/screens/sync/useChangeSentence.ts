import type { ChangeExplanation, NamedRecord } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { formatDate } from '../../i18n/format.ts';

/** Why a change stands where it stands, in a sentence; what needs a person has its own. */
export function useChangeSentence(): (explanation: ChangeExplanation) => string {
  const { t } = useTranslation();
  const recordWords = useRecordWords();
  const why = ({ why: state, because, more }: ChangeExplanation): string => {
    const what = [
      ...because.map((record) => recordWords(record)),
      ...(more === 0 ? [] : [t('explain.more', { count: more })]),
    ].join('; ');
    switch (state) {
      case 'ready':
        return t('explain.ready');
      case 'leaving':
        return t('explain.leaving');
      case 'draft':
        return t('explain.draft');
      case 'attempted':
        return t('explain.attempted');
      case 'needs':
      case 'group-needs':
        return t('explain.needs', { what });
      case 'held':
        return t('explain.held', { what });
      case 'parked':
        return t('explain.parked');
    }
  };
  return (explanation) =>
    explanation.edits > 1
      ? `${why(explanation)} ${t('explain.edits', { count: explanation.edits })}`
      : why(explanation);
}

function useRecordWords(): (record: NamedRecord) => string {
  const { t, i18n } = useTranslation();
  return ({ resourceType, clientName: name, date: instant, isNew }) => {
    if (name === null || name === '') return t('explain.record.other');
    const date = instant === null ? '' : formatDate(instant, i18n.language);
    switch (resourceType) {
      case 'Patient':
        return isNew ? t('explain.record.registration', { name }) : t('explain.record.client', { name });
      case 'Encounter':
        return t('explain.record.visit', { name, date });
      case 'Composition':
        return t('explain.record.note', { name, date });
      case 'Consent':
        return t('explain.record.consent', { name, date });
      default:
        return t('explain.record.ofClient', { name });
    }
  };
}
