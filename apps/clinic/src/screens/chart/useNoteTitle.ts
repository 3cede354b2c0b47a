import { useTranslation } from 'react-i18next';

/** What the record calls a progress note (LOINC 11506-3), whatever language it was written in. */
const progressNote = 'Progress note';

/** A note's title in the app's language where it is the general one, else as it was given. */
export function useNoteTitle(): (title: string) => string {
  const { t } = useTranslation();
  return (title) => (title === '' || title === progressNote ? t('note.title') : title);
}
