import { afterEach, beforeEach, expect, test } from 'vitest';
import { CLIENT, note, NOTE_KEY, openTestStore, patient, pulled, visit } from './testing/storeFixture.ts';

let fixture: Awaited<ReturnType<typeof openTestStore>>;
beforeEach(async () => {
  fixture = await openTestStore();
});
afterEach(() => fixture.end());

const agedOut = (key: string) => ({
  sql: `INSERT INTO aged_out (key, type, client_id, version_id, server_time) VALUES (?, 'Composition', ?, '1', 'x')`,
  params: [key, CLIENT],
});

test('the device says what it has, what it knows to be deleted, and what the policy keeps on the server only', async () => {
  const { store } = fixture;
  await store.loadCaseload({ resources: [patient(), visit(), note()], cursor: 'c' });
  const gone = note({}, '30000000-0000-4000-8000-000000000002');
  await store.applyPage({ entries: [pulled(gone, 1), { ...pulled(gone, 2), resource: null }], cursor: 'c2' });
  await store.database.batch([agedOut('Composition/old')]);
  const keys = [
    NOTE_KEY,
    `Patient/${CLIENT}`,
    `Composition/${gone.id}`,
    'Composition/old',
    'Composition/other',
  ];
  expect(await store.knownHere(keys)).toEqual(
    new Map([
      [NOTE_KEY, 'here'],
      [`Patient/${CLIENT}`, 'here'],
      [`Composition/${gone.id}`, 'deleted'],
      ['Composition/old', 'aged-out'],
    ]),
  );
  expect(await store.knownHere([])).toEqual(new Map());
});

test('what was fetched back is here again, whatever the policy wrote down of it', async () => {
  const { store } = fixture;
  await store.loadCaseload({ resources: [patient(), visit(), note()], cursor: 'c' });
  await store.database.batch([agedOut(NOTE_KEY)]);
  expect(await store.knownHere([NOTE_KEY])).toEqual(new Map([[NOTE_KEY, 'here']]));
});
