import fc from 'fast-check';
import { expect, test } from 'vitest';
import { caretAfterEdit } from './caretAfterEdit.ts';

test('typing, deleting and replacing leave the cursor behind what was edited', () => {
  expect(caretAfterEdit('calm', 'calmer')).toEqual({ start: 6, end: 6 });
  expect(caretAfterEdit('calm mood', 'calmer mood')).toEqual({ start: 6, end: 6 });
  expect(caretAfterEdit('calmer mood', 'calm mood')).toEqual({ start: 4, end: 4 });
  expect(caretAfterEdit('calm mood', 'low mood')).toEqual({ start: 3, end: 3 });
});

test('the cursor is always within the new text, and what follows it was there before', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      const { start } = caretAfterEdit(before, after);
      expect(start).toBeGreaterThanOrEqual(0);
      expect(start).toBeLessThanOrEqual(after.length);
      expect(before.endsWith(after.slice(start))).toBe(true);
    }),
  );
});
