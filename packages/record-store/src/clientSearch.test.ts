import { type Patient, clientDocument, compileClientText, matchClient } from '@fieldchart/clinical';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexClients } from './clientIndex.ts';
import type { ClientCursor } from './search.ts';
import { AUTHOR, openTestStore, patient } from './testing/storeFixture.ts';

const id = (at: number) => `10000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
const SORT = { sort: 'name', practitionerId: 'p1', limit: 50 } as const;

const GIVEN = ['Ana', 'Anna', 'José', 'Jose Maria', "D'Andre", 'Zoë', 'Łukasz'];
const FAMILY = ['González', 'Gonzales', 'Núñez', 'Nunes', 'Smith-Jones', 'Smyth', "O'Hara", 'Ng'];
const TYPED = [
  'gonzalez',
  'Gonzalse',
  'nunez',
  'ann',
  'jose gonz',
  "o'hara",
  'smith-jones',
  'smiht',
  'ng',
  '1980-04',
  '4/2/1980',
  '555',
  '0102030',
  'taos',
  'x',
  '"*%_',
  'Lukas ',
];

const person = (at: number, given: string, family: string, phone: string): Patient => ({
  ...patient(given, id(at)),
  name: [{ use: 'official', given: [given], family }],
  telecom: [{ system: 'phone', value: phone }],
});

const people = fc.array(
  fc.tuple(
    fc.constantFrom(...GIVEN),
    fc.constantFrom(...FAMILY),
    fc.stringMatching(/^\(555\) 010-[0-9]{4}$/u),
  ),
  { minLength: 1, maxLength: 12 },
);

const codePoints = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

test('search answers what matchClient says: those as typed first, then those misspelt, each by name', async () => {
  await fc.assert(
    fc.asyncProperty(
      people,
      fc.array(fc.constantFrom(...TYPED), { minLength: 1, maxLength: 6 }),
      async (all, texts) => {
        const fixture = await openTestStore();
        try {
          const patients = all.map(([given, family, phone], at) => person(at, given, family, phone));
          for (const resource of patients) await fixture.store.recordChange({ resource, basedOn: 0 }, AUTHOR);
          for (const text of texts) {
            const clauses = compileClientText(text);
            const expected = patients
              .map((one) => clientDocument(one))
              .flatMap((document) => {
                const match = matchClient(document, clauses);
                return match === undefined ? [] : [{ ...document, match }];
              })
              .sort(
                (a, b) =>
                  Number(a.match === 'similar') - Number(b.match === 'similar') ||
                  codePoints(a.sortName, b.sortName) ||
                  codePoints(a.id, b.id),
              );
            const { rows, total } = await fixture.store.listClients({ ...SORT, search: text });
            expect(rows.map(({ clientId, similar }) => [clientId, similar])).toEqual(
              expected.map((one) => [one.id, one.match === 'similar']),
            );
            expect(total).toBe(expected.length);
          }
        } finally {
          await fixture.end();
        }
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

test('pages follow each other without a gap or a repetition, in every order, and those asked first stand before them once', async () => {
  await fc.assert(
    fc.asyncProperty(
      people,
      fc.record({
        search: fc.constantFrom('', 'gonzalez', 'nunez', 'an', 'smiht'),
        sort: fc.constantFrom(
          'name' as const,
          'last-visit' as const,
          'next-visit' as const,
          'birth-date' as const,
        ),
        limit: fc.integer({ min: 1, max: 4 }),
        first: fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { maxLength: 3 }),
        births: fc.array(fc.constantFrom('1980-04-02', '1979', undefined), { minLength: 12, maxLength: 12 }),
        visits: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 12, maxLength: 12 }),
      }),
      async (all, { search, sort, limit, first, births, visits }) => {
        const fixture = await openTestStore();
        try {
          for (const [at, [given, family, phone]] of all.entries()) {
            const { birthDate: _, ...rest } = person(at, given, family, phone);
            const birthDate = births[at];
            const resource = { ...rest, ...(birthDate === undefined ? {} : { birthDate }) };
            await fixture.store.recordChange({ resource, basedOn: 0 }, AUTHOR);
            const visited = visits[at] === 0 ? null : `2026-0${String(visits[at])}-01T00:00:00.000Z`;
            await fixture.store.database.batch([
              { sql: 'UPDATE clients SET last_visit = ? WHERE client_id = ?', params: [visited, id(at)] },
            ]);
          }
          const query = { search, sort, practitionerId: 'p1' };
          const whole = (await fixture.store.listClients({ ...query, limit: 50 })).rows;
          const asked = first.map(id);
          const paged: (readonly [string, boolean])[] = [];
          let after: ClientCursor | undefined;
          do {
            const more = after === undefined ? {} : { after };
            const page = await fixture.store.listClients({ ...query, limit, first: asked, ...more });
            expect(page.total).toBe(whole.length);
            expect(page.rows.filter((row) => !row.first).length).toBeLessThanOrEqual(limit);
            paged.push(...page.rows.map((row) => [row.clientId, row.first] as const));
            after = page.next ?? undefined;
          } while (after !== undefined && paged.length <= all.length);
          const exact = new Set(whole.filter((row) => !row.similar).map(({ clientId }) => clientId));
          const known = asked.filter((one) => exact.has(one));
          expect(paged).toEqual([
            ...known.map((one) => [one, true]),
            ...whole
              .filter(({ clientId }) => !known.includes(clientId))
              .map(({ clientId }) => [clientId, false]),
          ]);
        } finally {
          await fixture.end();
        }
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

test('clients of an older analyser are brought up to date, and one that moved is left for the next time', async () => {
  const fixture = await openTestStore();
  const { database } = fixture.store;
  for (let at = 0; at < 3; at += 1) {
    const resource = person(at, 'Ana', 'Núñez', '(555) 010-0000');
    await fixture.store.recordChange({ resource, basedOn: 0 }, AUTHOR);
  }
  await database.batch([
    { sql: "UPDATE clients SET analyser = 0, search = ''" },
    { sql: 'DELETE FROM client_names' },
  ]);
  expect(await indexClients(database, 2)).toBe(2);
  expect(await indexClients(database, 2)).toBe(1);
  expect(await indexClients(database, 2)).toBe(0);
  expect((await fixture.store.listClients({ ...SORT, search: 'Nuñes' })).total).toBe(3);
  await fixture.end();
});

test('a client who goes leaves no name behind', async () => {
  const fixture = await openTestStore();
  await fixture.store.applyPage({
    entries: [
      {
        kind: 'version',
        key: `Patient/${id(1)}`,
        resource: person(1, 'Ana', 'Núñez', '5'),
        versionId: '1',
        serverTime: '2026-01-01T00:00:00Z',
      },
    ],
    cursor: 'e.1',
  });
  await fixture.store.eraseClient(id(1));
  expect(await fixture.store.database.all('SELECT key FROM client_names')).toEqual([]);
  await fixture.end();
});
