import { diffWordsWithSpace } from 'diff';

export interface TextPart {
  readonly text: string;
  /** The other side does not have it. */
  readonly only: boolean;
}

/** Milliseconds after which two texts count as wholly different: a screen does not wait for more. */
const PATIENCE = 300;

/** A text in parts, word by word, with what the other side does not have. */
export function diffWords(own: string, other: string): readonly TextPart[] {
  if (own === '') return [];
  const changes = diffWordsWithSpace(other, own, { timeout: PATIENCE });
  if (changes === undefined) return [{ text: own, only: true }];
  return changes
    .filter(({ removed }) => !removed)
    .map(({ value, added }) => ({ text: value, only: added && value.trim() !== '' }));
}
