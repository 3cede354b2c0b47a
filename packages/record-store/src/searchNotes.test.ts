import {
  type Composition,
  compareNotes,
  compileNoteQuery,
  matchesNote,
  noteDocument,
  type NoteQuery,
} from '@fieldchart/clinical';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { indexPortion } from './indexNotes.ts';
import type { RecordStore } from './recordStore.ts';
import type { FoundNotes, NoteCursor } from './search.ts';
import { AUTHOR, CLIENT, note, openTestStore, pulled, signed, textsOf } from './testing/storeFixture.ts';

let fixture: Awaited<ReturnType<typeof openTestStore>>;
beforeEach(async () => {
  fixture = await openTestStore();
});
afterEach(async () => {
  await fixture.end();
});

const id = (at: number) => `30000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
const idsOf = ({ notes }: FoundNotes) => notes.map(({ resource }) => resource.id);
const found = async (query: string | NoteQuery, limit = 100) =>
  idsOf(await fixture.store.searchNotes(typeof query === 'string' ? { text: query } : query, { limit }));
const count = async (text: string) => await fixture.store.countNotes({ text });
/** All pages, one after the other. */
const foundInPages = async (store: RecordStore, query: NoteQuery, limit: number) => {
  const ids: string[] = [];
  let after: NoteCursor | undefined;
  for (;;) {
    const page = await store.searchNotes(query, { limit, ...(after === undefined ? {} : { after }) });
    ids.push(...idsOf(page));
    if (page.next === null) return ids;
    after = page.next;
  }
};
const index = async () => {
  while ((await indexPortion(fixture.store.database)) > 0);
};
const write = async (data: string, at = 1, basedOn = 0) =>
  await fixture.store.recordChange({ resource: note({ data }, id(at)), basedOn }, AUTHOR);

test('a note is found from its commit on, before the index has followed and after', async () => {
  await write('panic at night');
  expect(await found('panic ')).toEqual([id(1)]);
  await index();
  expect(await found('panic ')).toEqual([id(1)]);
});

test('D1: each keystroke is found at once, and what it took the place of is not', async () => {
  await write('panic');
  await index();
  let { revision } = await write('panics', 1, 1);
  for (const data of ['', 'sleepi', 'sleeping']) {
    const outcome = await fixture.store.recordChange(
      { resource: note({ data }, id(1)), basedOn: revision, typing: true },
      AUTHOR,
    );
    revision = outcome.revision;
    expect(textsOf(outcome.resource)).toEqual(data === '' ? {} : { data });
  }
  expect([await found('panic '), await found('slept sleeps ')]).toEqual([[], []]);
  expect(await found('sleeps ')).toEqual([id(1)]);
  await index();
  expect([await found('panic '), await found('sleeps ')]).toEqual([[], [id(1)]]);
});

test('a note that goes into the index in the middle of a search is found once', async () => {
  let between = () => Promise.resolve(0);
  const other = await openTestStore((database) => ({
    ...database,
    async all(sql, params) {
      const rows = await database.all<never>(sql, params);
      if (sql.includes('FROM index_words')) await between();
      return rows;
    },
  }));
  const writeThere = async (at: number) =>
    await other.store.recordChange(
      { resource: note({ data: 'panic at night' }, id(at)), basedOn: 0 },
      AUTHOR,
    );
  await writeThere(1);
  await indexPortion(other.store.database);
  await writeThere(2);
  between = async () => await indexPortion(other.store.database);
  expect(idsOf(await other.store.searchNotes({ text: 'pani' }, { limit: 10 }))).toHaveLength(2);
  await writeThere(3);
  expect(await other.store.countNotes({ text: 'pani' })).toEqual({ total: 3, preparing: 0 });
  await other.end();
});

test('a keystroke after the index has followed marks the note again', async () => {
  const store = fixture.store;
  await store.recordChange({ resource: note({ data: 'one' }, id(1)), basedOn: 0, typing: true }, AUTHOR);
  await index();
  await store.recordChange({ resource: note({ data: 'two' }, id(1)), basedOn: 1, typing: true }, AUTHOR);
  expect([await found('one '), await found('two ')]).toEqual([[], [id(1)]]);
});

test('a kill forgets no mark: what was not indexed is indexed after the restart', async () => {
  await write('panic');
  await index();
  await write('sleeping', 1, 1);
  await fixture.restart();
  expect([await found('panic '), await found('sleeping ')]).toEqual([[], [id(1)]]);
  expect(await indexPortion(fixture.store.database)).toBe(1);
  expect(await found('sleeping ')).toEqual([id(1)]);
});

test('an index of another analyser is made anew, and search is never without an answer', async () => {
  for (let at = 1; at <= 20; at += 1) await write(`panic ${at}`, at);
  await index();
  await fixture.store.database.batch([
    { sql: "UPDATE sync_state SET value = 'old' WHERE name = 'analyser'" },
  ]);
  await fixture.restart();
  expect(await found('panic ')).toHaveLength(20);
  await indexPortion(fixture.store.database);
  await fixture.restart();
  expect(await found('panic ')).toHaveLength(20);
  await index();
  expect(await found('panic ')).toHaveLength(20);
});

test('more notes than are read beside the index are said to be waiting, and the newest are searched', async () => {
  await fixture.store.loadCaseload({
    resources: Array.from({ length: 230 }, (_, at) => ({
      ...note({ data: 'panic' }, id(at)),
      date: new Date(Date.UTC(2026, 0, 1) + at * 1000).toISOString(),
      meta: { versionId: '1', lastUpdated: '2026-01-01T00:00:00Z' },
    })),
    cursor: 'e.1',
  });
  expect(await count('panic ')).toEqual({ total: 200, preparing: 30 });
  expect((await found('panic '))[0]).toBe(id(229));
  await index();
  expect(await count('panic ')).toEqual({ total: 230, preparing: 0 });
});

test('notes of one day stand by their time, however they came into the index', async () => {
  const times = ['10:00', '12:00', '11:00', '09:00', '12:00'];
  await fixture.store.loadCaseload({
    resources: times.map((time, at) => ({
      ...note({ data: 'panic' }, id(at)),
      date: `2026-03-01T${time}:00Z`,
      meta: { versionId: '1', lastUpdated: '2026-03-01T00:00:00Z' },
    })),
    cursor: 'e.1',
  });
  await index();
  const order = [id(4), id(1), id(2), id(0), id(3)];
  for (let limit = 1; limit <= 5; limit += 1)
    expect(await found('panic ', limit)).toEqual(order.slice(0, limit));
  expect(await found('', 3)).toEqual(order.slice(0, 3));
});

test('a day with more notes than are counted stands in its order all the same, and pages of it join', async () => {
  const times = Array.from({ length: 1_100 }, (_, at) => (at * 7919) % 1_100);
  await fixture.store.loadCaseload({
    resources: times.map((minute, at) => ({
      ...note({ data: 'panic' }, id(at)),
      date: new Date(Date.UTC(2026, 2, 1) + minute * 60_000).toISOString(),
      meta: { versionId: '1', lastUpdated: '2026-03-01T00:00:00Z' },
    })),
    cursor: 'e.1',
  });
  await index();
  const newest = times.map((minute, at) => ({ minute, at })).sort((a, b) => b.minute - a.minute);
  const expected = newest.map(({ at }) => id(at));
  for (const asked of ['panic ', 'pani', '']) {
    expect(await foundInPages(fixture.store, { text: asked }, 120), asked).toEqual(expected);
    expect(await count(asked)).toEqual({ total: 1_001, preparing: 0 });
  }
});

test('a beginning that very many words have is found as one that few have', async () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const made = Array.from(
    { length: 80 },
    (_, at) => `pani${letters[at % 26]}${letters[Math.floor(at / 26)]}`,
  );
  for (const [at, word] of made.entries()) await write(word, at + 1);
  await index();
  expect(await found('pan', 100)).toHaveLength(80);
  expect(await found('pani', 100)).toHaveLength(80);
  expect(await found('pania', 100)).toHaveLength(4);
  expect(await found('zzzzz', 100)).toEqual([]);
});

test('a word that no note says any more is kept nowhere in the index', async () => {
  const words = async () =>
    (await fixture.store.database.all<{ word: string }>('SELECT word FROM index_words')).map(
      ({ word }) => word,
    );
  await write('panic alone', 1);
  await write('panic too', 2);
  await index();
  expect(await words()).toEqual(expect.arrayContaining(['panic', 'alone', 'too']));
  await write('nothing', 1, 1);
  await index();
  expect(await words()).toEqual(expect.arrayContaining(['panic', 'too', 'nothing']));
  expect(await words()).not.toContain('alone');
});

test('what is typed is a beginning of words alone, not of what filters ask for', async () => {
  await write('panic at night');
  await index();
  for (const text of ['cli', 'client', 'sta', 'author', 'type', '=status=final', 'en=panic']) {
    expect(await found(text), text).toEqual([]);
  }
});

test('what the server deleted is in no answer and in no count', async () => {
  await fixture.store.applyPage({ entries: [pulled(note({ data: 'panic' }, id(1)), 1)], cursor: 'e.1' });
  await index();
  await fixture.store.applyPage({
    entries: [{ ...pulled(note({}, id(1)), 2), resource: null }],
    cursor: 'e.2',
  });
  expect([await found('panic '), await count('panic ')]).toEqual([[], { total: 0, preparing: 0 }]);
});

const WORDS =
  'panic panicking sleep sleeping slept crying cried noche noches llorando lloró ánimo F41.1 self-harm'.split(
    ' ',
  );
const FUNCTION_WORDS = ['the', 'and', 'was', 'with', 'el', 'la', 'que', 'con', 'por'];
const words = fc
  .array(fc.oneof(fc.constantFrom(...WORDS), fc.constantFrom(...FUNCTION_WORDS)), { maxLength: 12 })
  .map((all) => all.join(' '));
const at = fc.integer({ min: 1, max: 12 });
const dates = fc.constantFrom(
  '2026-03-01',
  '2026-03-01T10:00:00Z',
  '2026-03-01T11:00:00+01:00',
  '2026-03-01T23:59:59.999Z',
  '2026-02-28T23:30:00-05:00',
  '2025-12-31',
);
const query = fc.record(
  {
    text: fc.oneof(
      words,
      fc.constantFrom(
        ...WORDS,
        'pan',
        'sle',
        'slee',
        '"panic sleep"',
        '"noche lloró',
        'self-h',
        'F41',
        '" * OR',
      ),
      words.map((text) => `${text} `),
      fc.constant(''),
    ),
    statuses: fc.constantFrom(['final'], ['preliminary'], ['final', 'preliminary']),
    clientId: fc.constantFrom(CLIENT, 'nobody'),
    from: dates,
    before: dates,
  },
  { requiredKeys: ['text'] },
);
const step = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), at, data: words, typing: fc.boolean() }),
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('pull' as const),
      at,
      data: words,
      date: dates,
      signed: fc.boolean(),
    }),
  },
  fc.record({ kind: fc.constant('delete' as const), at }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('index' as const) }) },
  fc.record({ kind: fc.constant('restart' as const) }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('search' as const),
      query,
      limit: fc.integer({ min: 1, max: 14 }),
    }),
  },
);

test('after any history, search answers what the records say, in their order, however far the index is', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 40 }),
      fc.array(query, { maxLength: 5 }),
      async (steps, last) => {
        const own = await openTestStore();
        let version = 1;
        try {
          const search = async (asked: NoteQuery, limit: number) => {
            const rows = await own.store.database.all<{ resource: string }>(
              "SELECT resource FROM records WHERE type = 'Composition'",
            );
            const condition = compileNoteQuery(asked);
            const expected = rows
              .map(({ resource }) => noteDocument(JSON.parse(resource) as Composition))
              .filter((document) => matchesNote(document, condition))
              .sort(compareNotes);
            expect(await foundInPages(own.store, asked, limit)).toEqual(
              expected.map((document) => document.id),
            );
            expect(await own.store.countNotes(asked)).toEqual({ total: expected.length, preparing: 0 });
          };
          for (const next of steps) {
            if (next.kind === 'index') await indexPortion(own.store.database, 5);
            else if (next.kind === 'restart') await own.restart();
            else if (next.kind === 'search') await search(next.query, next.limit);
            else if (next.kind === 'write') {
              const record = await own.store.get(`Composition/${id(next.at)}`);
              if (record?.resource.resourceType === 'Composition' && record.resource.status !== 'preliminary')
                continue;
              await own.store.recordChange(
                {
                  resource: note({ data: next.data }, id(next.at)),
                  basedOn: record?.revision ?? 0,
                  typing: next.typing,
                },
                AUTHOR,
              );
            } else {
              version += 1;
              const draft = { ...note(next.kind === 'pull' ? { data: next.data } : {}, id(next.at)) };
              const dated = next.kind === 'pull' ? { ...draft, date: next.date } : draft;
              const resource = next.kind === 'pull' && next.signed ? signed(dated) : dated;
              const entry = pulled(resource, version);
              await own.store.applyPage({
                entries: [next.kind === 'delete' ? { ...entry, resource: null } : entry],
                cursor: `e.${version}`,
              });
            }
          }
          for (const asked of last) await search(asked, 50);
        } finally {
          await own.end();
        }
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);
