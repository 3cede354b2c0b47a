import type { TextInput } from 'react-native';
import type { Caret } from './caretAfterEdit.ts';

const elementOf = (input: TextInput): HTMLTextAreaElement => input as unknown as HTMLTextAreaElement;

/** Puts the cursor into an input that has the focus, without scrolling to it. */
export function placeCaret(input: TextInput, { start, end }: Caret): void {
  elementOf(input).setSelectionRange(start, end);
}

/** Where the cursor is at this moment. */
export function readCaret(input: TextInput | null): Caret | null {
  if (input === null) return null;
  const { selectionStart, selectionEnd } = elementOf(input);
  return { start: selectionStart, end: selectionEnd };
}
