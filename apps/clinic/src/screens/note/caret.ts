import type { TextInput } from 'react-native';
import type { Caret } from './caretAfterEdit.ts';

/** Puts the cursor into an input that has the focus. */
export function placeCaret(input: TextInput, { start, end }: Caret): void {
  input.setSelection(start, end);
}

/** Phones tell of the selection by an event only. */
export function readCaret(_input: TextInput | null): Caret | null {
  return null;
}
