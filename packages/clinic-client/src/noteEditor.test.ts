import { NOTE_FORMATS, noteSections, type FhirResource } from '@fieldchart/clinical';
import { createFakeLogger, createFakeTimers } from '@fieldchart/foundation/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  AUTHOR,
  note,
  NOTE,
  NOTE_KEY,
  openTestStore,
  patient,
  pulled,
  visit,
} from '../../record-store/src/testing/storeFixture.ts';
import { openNoteEditor } from './noteEditor.ts';

const [FIRST, SECOND] = NOTE_FORMATS.DAP.sections.map(({ code }) => code) as [string, string];

let fixture: Awaited<ReturnType<typeof openTestStore>>;
beforeEach(async () => {
  fixture = await openTestStore();
  await fixture.store.applyPage({
    entries: [
      pulled(patient(), 1),
      pulled(visit(), 2),
      pulled(note({ [FIRST]: 'base', [SECOND]: 'plan' }), 3),
    ],
    cursor: 'c1',
  });
});
afterEach(() => fixture.end());

const textOf = (resource: FhirResource | undefined, code: string) =>
  resource?.resourceType === 'Composition'
    ? noteSections(resource).find((section) => section.code === code)?.text
    : undefined;

const at = (text: string) => ({
  section: FIRST,
  selectionStart: text.length,
  selectionEnd: text.length,
  scroll: 0,
});

async function openEditor() {
  const { store } = fixture;
  const logger = createFakeLogger();
  const timers = createFakeTimers();
  const editor = await openNoteEditor({
    store,
    timers,
    logger,
    noteId: NOTE,
    author: AUTHOR,
    onClose: () => {},
  });
  return { store, editor, logger };
}

/** A pull that lands on the disk, and keystrokes in the very moment after it. */
async function pullThenType(theirs: Readonly<Record<string, string>>, typed: readonly string[]) {
  const { store, editor } = await openEditor();
  let merged: Readonly<Record<string, string>> = {};
  editor.onMerged((texts) => {
    merged = texts;
  });
  const stop = store.onCommit(() => {
    stop();
    for (const text of typed) editor.change(FIRST, text, at(text));
  });
  await store.applyPage({ entries: [pulled(note(theirs), 4)], cursor: 'c2' });
  await expect.poll(() => editor.saveState().name).toBe('saved');
  await editor.saved();
  return { store, editor, shown: () => merged };
}

test('C1: what a pull brings into another section joins the text being typed, on the screen and on the disk', async () => {
  const { store, shown } = await pullThenType({ [FIRST]: 'base', [SECOND]: 'their plan' }, [
    'm',
    'mi',
    'mine',
  ]);
  const record = await store.get(NOTE_KEY);
  expect(textOf(record?.resource, FIRST)).toBe('mine');
  expect(textOf(record?.resource, SECOND)).toBe('their plan');
  expect(record?.inConflict).toBe(false);
  expect(shown()[SECOND]).toBe('their plan');
});

test('C1: both changed one line while keys were typed: the server’s stands, and the last of mine is kept whole', async () => {
  const { store } = await pullThenType({ [FIRST]: 'theirs', [SECOND]: 'plan' }, ['m', 'mi', 'mine']);
  const record = await store.get(NOTE_KEY);
  expect(textOf(record?.resource, FIRST)).toBe('theirs');
  expect(record?.inConflict).toBe(true);
  const kept = await store.conflictsOf(NOTE_KEY);
  expect(kept.map((conflict) => textOf(conflict.mine, FIRST))).toContain('mine');
});

test('a pull while nobody types is shown', async () => {
  const { shown } = await pullThenType({ [FIRST]: 'theirs', [SECOND]: 'plan' }, []);
  await expect.poll(() => shown()[FIRST]).toBe('theirs');
});

test('D3: a key that comes after the note was closed is reported, not lost without a word', async () => {
  const { editor, logger } = await openEditor();
  await editor.close();
  editor.change(FIRST, 'late', at('late'));
  expect(logger.lines).toContain('warn edit-after-close');
});
