import type { ConflictField } from '@fieldchart/clinic-client';
import { expect, test } from 'vitest';
import { decidedTexts, pickedText, pickName } from './pickedText.ts';

const field: ConflictField = {
  code: 'data',
  labelKey: 'note.section.data',
  kind: 'section',
  text: 'theirs',
  mine: 'mine',
  theirs: 'theirs',
  now: null,
  open: true,
};
const agreed: ConflictField = { ...field, code: 'plan', open: false };
const none = { texts: {}, picks: {} };

test('a choice begins with the text of its side, or with both', () => {
  expect(pickedText(field, 'mine', none)).toBe('mine');
  expect(pickedText(field, 'theirs', none)).toBe('theirs');
  expect(pickedText(field, 'both', none)).toBe('mine\n\ntheirs');
  expect(pickedText({ ...field, mine: '' }, 'both', none)).toBe('theirs');
  expect(pickedText({ ...field, now: 'now' }, 'now', none)).toBe('now');
});

test('D4: what was typed into one choice stays while another is tried', () => {
  const texts = { [pickName('data', 'mine')]: 'mine, mended' };
  expect(pickedText(field, 'theirs', { texts })).toBe('theirs');
  expect(pickedText(field, 'mine', { texts })).toBe('mine, mended');
});

test('C1: there is a decision only when every open field has one; the others need none', () => {
  expect(decidedTexts([field, agreed], none)).toBeUndefined();
  expect(decidedTexts([field, agreed], { texts: {}, picks: { data: 'mine' } })).toEqual({ data: 'mine' });
});
