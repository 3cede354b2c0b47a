import { treatmentEn } from './treatmentEn.ts';
import { treatmentEs } from './treatmentEs.ts';

export type FormLanguage = 'en' | 'es';

/** A form as it is shown and signed. Any change of wording is a new version with a new hash. */
export interface ConsentForm {
  readonly id: string;
  readonly version: string;
  readonly language: FormLanguage;
  readonly title: string;
  readonly paragraphs: readonly FormParagraph[];
  /** What the law wants a person to be told before signing electronically. Shown before the signature. */
  readonly disclosures: readonly FormParagraph[];
  /** SHA-256, hexadecimal, of {@link formText}. A test recomputes it. */
  readonly hash: string;
}

export interface FormParagraph {
  readonly heading: string;
  readonly text: string;
}

/** The forms that are offered. */
export const CONSENT_FORMS = {
  treatment: { en: treatmentEn, es: treatmentEs },
} as const satisfies Readonly<Record<string, Readonly<Record<FormLanguage, ConsentForm>>>>;

export type ConsentFormName = keyof typeof CONSENT_FORMS;

/** The whole wording of a form as one text: what its hash covers. */
export function formText(form: Omit<ConsentForm, 'hash'>): string {
  const blocks = [...form.paragraphs, ...form.disclosures].map(({ heading, text }) => `${heading}\n${text}`);
  return [`${form.id} ${form.version} ${form.language}`, form.title, ...blocks].join('\n\n');
}
