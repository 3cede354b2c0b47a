import type { ParseKeys } from 'i18next';
import { useTranslation } from 'react-i18next';

const keys: Readonly<Record<string, ParseKeys>> = {
  'note.section.data': 'note.section.data',
  'note.section.assessment': 'note.section.assessment',
  'note.section.plan': 'note.section.plan',
};

/** The heading of a section in the app's language; sections of notes from elsewhere have the general one. */
export function useSectionLabel(): (labelKey: string) => string {
  const { t } = useTranslation();
  return (labelKey) => t((keys[labelKey] ?? 'note.section.other') as 'note.section.other');
}
