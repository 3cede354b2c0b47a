import { NOTE_FORMATS } from '@fieldchart/clinical';

/** The catalogue key of a section's heading; sections of notes from elsewhere have the general one. */
export function sectionLabelKey(code: string): string {
  for (const format of Object.values(NOTE_FORMATS)) {
    const section = format.sections.find((candidate) => candidate.code === code);
    if (section !== undefined) return section.labelKey;
  }
  return 'section.other';
}
