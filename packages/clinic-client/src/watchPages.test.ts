import { afterEach, expect, test } from 'vitest';
import type { CaseloadAnswer, ClientCursor, FoundNotesAnswer, NoteCount, Query } from './queries.ts';
import { type CaseloadPages, type NotePages, watchCaseload, watchFoundNotes } from './watchPages.ts';

// The list stands in for the store: its own pages are held to the whole list in record-store's clientSearch.test.ts.
let names: string[] = [];
/** Stands in each row, as what changes of a client would. */
let reading = 'old';
const open = new Map<() => void, string>();
let asked: (string | undefined)[] = [];

function pageOf(limit: number, after: ClientCursor | undefined): CaseloadAnswer {
  const from = after === undefined ? 0 : names.filter((name) => name <= after.clientId).length;
  const some = names.slice(from, from + limit);
  const last = some.at(-1);
  return {
    rows: some.map((clientId) => ({ clientId, name: reading }) as CaseloadAnswer['rows'][number]),
    total: names.length,
    next: some.length < limit || last === undefined ? null : { similar: false, place: null, clientId: last },
  };
}

const watch = ((query: Extract<Query, { kind: 'caseload' }>, onAnswer: (answer: CaseloadAnswer) => void) => {
  asked.push(query.after?.clientId);
  const run = () => onAnswer(pageOf(query.limit, query.after));
  open.set(run, query.after?.clientId ?? '');
  queueMicrotask(() => {
    if (open.has(run)) run();
  });
  return () => void open.delete(run);
}) as Parameters<typeof watchCaseload>[0];

const commit = async () => {
  for (const run of open.keys()) run();
  await settled();
};
const settled = async () => await new Promise<void>((resolve) => void setTimeout(resolve, 0));
const query = { kind: 'caseload', search: '', filter: 'all', sort: 'name', limit: 2 } as const;

let seen: CaseloadPages | undefined;
const begin = (pagesAtOnce = 1) => watchCaseload(watch, query, pagesAtOnce, (pages) => (seen = pages));
const shown = () => seen?.rows.map(({ clientId }) => clientId).join('');

afterEach(() => {
  reading = 'old';
  open.clear();
  asked = [];
  seen = undefined;
});

test('pages come as they are asked for, and each is asked for once', async () => {
  names = Array.from('abcde');
  const list = begin();
  await settled();
  expect([shown(), seen?.more, seen?.total]).toEqual(['ab', true, 5]);
  list.more();
  list.more();
  await settled();
  expect([shown(), seen?.more]).toEqual(['abcd', true]);
  list.more();
  await settled();
  expect([shown(), seen?.more]).toEqual(['abcde', false]);
  list.more();
  await settled();
  expect(asked).toEqual([undefined, 'b', 'd']);
  list.end();
  expect(open.size).toBe(0);
});

test('who moves up while the page below is still of before is shown as the page above says', async () => {
  names = Array.from('abcd');
  const list = begin(2);
  await settled();
  names = Array.from('acd');
  reading = 'new';
  [...open.keys()][0]?.();
  expect(seen?.rows.map(({ clientId, name }) => `${clientId} ${name}`)).toEqual(['a new', 'c new', 'd old']);
  await settled();
  expect(seen?.rows.map(({ clientId, name }) => `${clientId} ${name}`)).toEqual(['a new', 'c new', 'd new']);
  list.end();
});

test('as many pages as a remembered place needs come by themselves', async () => {
  names = Array.from('abcdefg');
  const list = begin(3);
  await settled();
  expect([shown(), seen?.more]).toEqual(['abcdef', true]);
  list.end();
});

test('who comes and goes moves the pages behind them, and nobody is shown twice or left out', async () => {
  names = Array.from('bdfhj');
  const list = begin();
  await settled();
  list.more();
  await settled();
  expect(shown()).toBe('bdfh');
  names = Array.from('abdfhj');
  await commit();
  expect(shown()).toBe('abdf');
  names = Array.from('ab');
  await commit();
  expect([shown(), seen?.more]).toEqual(['ab', false]);
  names = Array.from('abc');
  await commit();
  expect(shown()).toBe('abc');
  names = [];
  await commit();
  expect([shown(), seen?.total, open.size]).toEqual(['', 0, 1]);
  list.end();
});

test('notes are counted behind their first page, once, and the count ends with the list', () => {
  const pending: {
    readonly kind: string;
    readonly answer: (answer: FoundNotesAnswer | NoteCount) => void;
  }[] = [];
  const ended: string[] = [];
  const watchNotes = ((query: Query, answer: (answer: FoundNotesAnswer | NoteCount) => void) => {
    pending.push({ kind: query.kind, answer });
    return () => void ended.push(query.kind);
  }) as Parameters<typeof watchFoundNotes>[0];
  const answers: NotePages[] = [];
  const list = watchFoundNotes(
    watchNotes,
    { kind: 'found-notes', search: 'panic', narrowing: {}, limit: 2 },
    1,
    (pages) => answers.push(pages),
  );
  expect(pending.map(({ kind }) => kind)).toEqual(['found-notes']);
  const page = { rows: [], next: null };
  pending[0]?.answer(page);
  pending[0]?.answer(page);
  expect(pending.map(({ kind }) => kind)).toEqual(['found-notes', 'count-notes']);
  pending[1]?.answer({ total: 7, preparing: 0 });
  expect(answers.map(({ count }) => count?.total)).toEqual([undefined, undefined, 7]);
  list.end();
  expect(ended).toEqual(['found-notes', 'count-notes']);
});
