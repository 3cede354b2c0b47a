import { moodThemes } from './themesMood.ts';
import { otherThemes } from './themesOther.ts';

/** How far a course of care has come. A setback comes once, in the middle, and passes. */
export type Phase = 'beginning' | 'working' | 'setback' | 'gaining';

/** What a clinician writes about one diagnosis. Slots in braces are filled from the client's own story. */
export interface Theme {
  readonly icd10: string;
  readonly display: string;
  /** A questionnaire followed over time: its name, and the scores at the beginning and in the end. */
  readonly measure: { readonly name: string; readonly from: number; readonly to: number } | null;
  readonly firstVisit: string;
  readonly reports: Readonly<Record<Phase, readonly string[]>>;
  readonly assessments: Readonly<Record<Phase, readonly string[]>>;
  readonly interventions: readonly string[];
  readonly homework: readonly string[];
}

export const THEMES: readonly Theme[] = [...moodThemes, ...otherThemes];
