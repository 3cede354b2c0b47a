import { type Patient, clientDocument, compileClientText, matchClient } from '@fieldchart/clinical';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexClients } from './clientIndex.ts';
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
