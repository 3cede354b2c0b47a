/** A selection in a text; start and end are equal when nothing is selected. */
export interface Caret {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the cursor stands after an edit, judged by the texts alone: behind the last character that differs.
 * For platforms that tell of the text before they tell of the selection.
 */
export function caretAfterEdit(before: string, after: string): Caret {
  const shorter = Math.min(before.length, after.length);
  let prefix = 0;
  while (prefix < shorter && before[prefix] === after[prefix]) prefix += 1;
  let suffix = 0;
  while (suffix < shorter - prefix && before.at(-1 - suffix) === after.at(-1 - suffix)) suffix += 1;
  const at = after.length - suffix;
  return { start: at, end: at };
}
