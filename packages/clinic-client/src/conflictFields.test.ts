import { createNote, withNoteSections } from '@fieldchart/clinical';
import { expect, test } from 'vitest';
import { conflictFields } from './conflictFields.ts';

const empty = createNote({
  id: '40000000-0000-4000-8000-000000000001',
  clientId: 'c',
  encounterId: 'e',
  practitionerId: 'p',
  practitionerName: 'Ana Duarte',
  organizationId: 'o',
  format: 'DAP',
  title: 'Progress note',
  now: 1_790_000_000_000,
});
const note = (data: string, plan = '') => withNoteSections(empty, { data, '18776-5': plan });
const show = (fields: ReturnType<typeof conflictFields>) =>
  fields.map(({ code, mine, theirs, now, text, open }) => ({ code, mine, theirs, now, text, open }));

test('C1: a section that both changed is for a person to choose; one that a side changed alone is joined', () => {
  const [base, mine, theirs] = [note('first', 'plan'), note('mine', 'plan'), note('theirs', 'their plan')];
  expect(show(conflictFields({ base, mine, theirs }, note('theirs', 'their plan')))).toEqual([
    { code: 'data', mine: 'mine', theirs: 'theirs', now: null, text: 'theirs', open: true },
    { code: '51848-0', mine: '', theirs: '', now: null, text: '', open: false },
    { code: '18776-5', mine: 'plan', theirs: 'their plan', now: null, text: 'their plan', open: false },
  ]);
});

test('C1: edits of different words of one section join by themselves', () => {
  const [base, mine, theirs] = [
    note('slept well today'),
    note('slept badly today'),
    note('slept well yesterday'),
  ];
  expect(conflictFields({ base, mine, theirs }, theirs)[0]).toMatchObject({
    text: 'slept badly yesterday',
    open: false,
  });
});

test('C1: what was typed since the conflict began is a third text, never passed over', () => {
  const [base, mine, theirs] = [note('first'), note('mine'), note('theirs')];
  expect(conflictFields({ base, mine, theirs }, note('theirs, and more'))[0]).toMatchObject({
    now: 'theirs, and more',
    open: true,
  });
  const planned = conflictFields({ base, mine, theirs }, note('theirs', 'typed since'));
  expect(planned[2]).toMatchObject({ mine: '', theirs: '', now: 'typed since', open: true });
});

test('C1: without a common base every difference is for a person', () => {
  const fields = conflictFields({ base: null, mine: note('mine'), theirs: note('') }, note(''));
  expect(fields.map(({ open }) => open)).toEqual([true, false, false]);
});
