import {
  type Composition,
  type FhirResource,
  finishEncounter,
  resourceKey,
  type ResourceKey,
} from '@fieldchart/clinical';
import type { Database } from '@fieldchart/encrypted-sqlite';
import { afterEach, expect, test } from 'vitest';
import { createAuditChain } from './auditChain.ts';
import type { WriteDownAgedOut } from './retention.ts';
import {
  AUTHOR,
  CLIENT,
  LIMITS,
  note,
  NOTE_KEY,
  openTestStore,
  patient,
  pulled,
  signature,
  signed,
  START,
  textsOf,
  visit,
  VISIT,
} from './testing/storeFixture.ts';

const DAY = 86_400_000;
const DAYS = 90;
const VISIT_KEY = `Encounter/${VISIT}`;
const SIGNATURE_KEY = 'Provenance/40000000-0000-4000-8000-000000000001';
const at = (day: number) => new Date(START + day * DAY).toISOString();

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const over = finishEncounter(visit(), { endedAt: START + 1000 });
const final = signed(note({ data: 'told long ago' }));
const chart: readonly FhirResource[] = [patient(), over, final, signature(final)];

/** A store whose client has a visit of day 0 with a signed note, as the server wrote them on that day. */
async function scene(wrap?: (database: Database) => Database) {
  const fixture = await openTestStore(wrap);
  ends.push(() => fixture.end());
  const meta = { versionId: '1', lastUpdated: at(0) };
  await fixture.store.loadCaseload({ resources: chart.map((one) => ({ ...one, meta })), cursor: 'c1' });
  const gone: ResourceKey[] = [];
  const writeDown: WriteDownAgedOut = (_transaction, { keys }) => Promise.resolve(void gone.push(...keys));
  const tell = async (day: number, days: number | null = DAYS) =>
    await fixture.store.applyPage({
      entries: [],
      cursor: 'c1',
      retention: { serverTime: at(day), days },
    });
  /** A pull at which the server says what day it is, and all that follows from it. */
  const pull = async (day: number, days: number | null = DAYS): Promise<readonly ResourceKey[]> => {
    await tell(day, days);
    gone.length = 0;
    while ((await fixture.store.ageOut(writeDown)) === 'more');
    return gone.toSorted((a, b) => (a < b ? -1 : 1));
  };
  const holds = async (key: ResourceKey) => (await fixture.store.get(key)) !== undefined;
  return { fixture, tell, pull, holds, writeDown };
}

/** `$everything` of the client, in one page. */
const everything = (versions = chart.map((one) => pulled(one, 1))) => ({
  clientId: CLIENT,
  versions,
  next: null,
});
const WHOLE_VISIT = [NOTE_KEY, VISIT_KEY, SIGNATURE_KEY];

test('what the policy ages out goes, visit, note and signature together; the client stays and was seen when they were', async () => {
  const { fixture, pull, holds } = await scene();
  expect(await pull(DAYS)).toEqual([]);
  expect(await pull(DAYS + 2)).toEqual(WHOLE_VISIT);
  expect(await holds(`Patient/${CLIENT}`)).toBe(true);
  expect(await fixture.store.agedOutOf(CLIENT)).toEqual({
    notes: 1,
    visits: 1,
    consents: 0,
    newest: at(0),
    asked: false,
    hereUntil: null,
  });
  const { rows } = await fixture.store.listClients({ sort: 'name', limit: 1, practitionerId: 'p1' });
  expect(rows[0]?.lastVisit).toBe(at(0));
});

test('D3: nothing goes before the server has said time and policy, whatever this device’s clock says', async () => {
  const { fixture, pull, writeDown, holds } = await scene();
  fixture.clock.advance(4000 * DAY);
  expect(await fixture.store.ageOut(writeDown)).toBe('done');
  expect(await pull(1)).toEqual([]);
  expect(await pull(4000, null)).toEqual([]);
  expect(await holds(NOTE_KEY)).toBe(true);
});

test('D3: a page that says nothing of time changes nothing of what was told', async () => {
  const { fixture, pull, writeDown } = await scene();
  await pull(1);
  await fixture.store.applyPage({ entries: [], cursor: 'c2' });
  expect(await fixture.store.ageOut(writeDown)).toBe('done');
  expect(await pull(DAYS + 2)).toEqual(WHOLE_VISIT);
});

test.each([
  ['waits', async () => {}],
  ['was attempted', async (store) => void (await store.nextBatch(LIMITS))],
  [
    'was refused',
    async (store) => {
      const batch = await store.nextBatch(LIMITS);
      await store.park(batch?.entries[0]?.mutationId ?? '', { code: 'invalid', text: '' });
    },
  ],
  [
    'is in conflict',
    async (store) => {
      const batch = await store.nextBatch(LIMITS);
      const theirs = { resource: { ...over, location: [{ location: { display: 'there' } }] } };
      await store.conflict(batch?.entries[0]?.mutationId ?? '', {
        ...theirs,
        versionId: '2',
        serverTime: at(0),
      });
    },
  ],
] satisfies [string, (store: Awaited<ReturnType<typeof scene>>['fixture']['store']) => Promise<void>][])(
  'D3: an old visit whose change %s stays, with its note and signature',
  async (_how, befall) => {
    const { fixture, pull } = await scene();
    const here = await fixture.store.get(VISIT_KEY);
    const moved = { ...over, location: [{ location: { display: 'here' } }] };
    await fixture.store.recordChange({ resource: moved, basedOn: here?.revision ?? 0 }, AUTHOR);
    await befall(fixture.store);
    expect(await pull(4000)).toEqual([]);
    expect((await fixture.store.outboxCounts()).waiting).toBeLessThanOrEqual(1);
  },
);

test('D3: a draft about an old visit keeps it here until the note is signed, acknowledged and old itself', async () => {
  const { fixture, pull, holds } = await scene();
  const { store } = fixture;
  const draft = note({ data: 'late entry' }, '30000000-0000-4000-8000-000000000002');
  await store.recordChange({ resource: draft, basedOn: 0, typing: true }, AUTHOR);
  expect(await pull(1000)).toEqual([]);
  await store.settle(resourceKey(draft));
  const batch = await store.nextBatch(LIMITS);
  await store.acknowledge([
    { mutationId: batch?.entries[0]?.mutationId ?? '', version: { versionId: '1', serverTime: at(1000) } },
  ]);
  expect(await pull(2000)).toEqual([]);
  const late = await store.get(resourceKey(draft));
  const closed = signed(late?.resource as Composition);
  await store.recordChange({ resource: closed, basedOn: late?.revision ?? 0 }, AUTHOR);
  expect(await pull(3000)).toEqual([]);
  const second = await store.nextBatch(LIMITS);
  await store.acknowledge([
    { mutationId: second?.entries[0]?.mutationId ?? '', version: { versionId: '2', serverTime: at(3000) } },
  ]);
  expect(await pull(3000 + DAYS - 1)).toEqual([]);
  expect(await holds(VISIT_KEY)).toBe(true);
  expect(await pull(3000 + DAYS + 1)).toEqual([...WHOLE_VISIT, resourceKey(draft)].toSorted(byText));
});

test('D3: what a waiting change of another kind refers to stays', async () => {
  const { fixture, pull } = await scene();
  const consent: FhirResource = {
    resourceType: 'Consent',
    id: '50000000-0000-4000-8000-000000000001',
    status: 'active',
    scope: { text: 'treatment' },
    category: [{ text: 'consent' }],
    patient: { reference: `Patient/${CLIENT}` },
    sourceReference: { reference: NOTE_KEY },
  };
  await fixture.store.recordChange({ resource: consent, basedOn: 0 }, AUTHOR);
  expect(await pull(4000)).toEqual([]);
});

test('D3: what is begun about a record after it was found free to go keeps it, part by part', async () => {
  const { fixture, tell, holds } = await scene();
  const { store } = fixture;
  const meta = { versionId: '1', lastUpdated: at(0) };
  const visits = Array.from({ length: 30 }, (_, place) => ({
    ...over,
    id: `20000000-0000-4000-8000-${String(100 + place)}${'0'.repeat(9)}`,
    meta,
  }));
  await store.loadCaseload({ resources: visits, cursor: 'c1' });
  await tell(4000);
  await store.ageOut(() => Promise.resolve());
  const left = [];
  for (const one of visits) if (await holds(resourceKey(one))) left.push(one);
  expect(left.length).toBeGreaterThan(0);
  const [visited] = left;
  const draft = {
    ...note({ data: 'begun meanwhile' }, '30000000-0000-4000-8000-000000000007'),
    encounter: { reference: resourceKey(visited ?? over) },
  };
  await store.recordChange({ resource: draft, basedOn: 0 }, AUTHOR);
  while ((await store.ageOut(() => Promise.resolve())) === 'more');
  expect(await holds(resourceKey(visited ?? over))).toBe(true);
  expect(await store.agedOutOf(CLIENT)).toMatchObject({ visits: 30, notes: 1 });
});

test('D3: a text that was set aside for good keeps its record here: nobody else has it', async () => {
  const { fixture, pull } = await scene();
  await fixture.store.database.batch([
    {
      sql: "INSERT INTO superseded (key, client_id, at, resource) VALUES (?, ?, 0, '{}')",
      params: [NOTE_KEY, CLIENT],
    },
  ]);
  expect(await pull(4000)).toEqual([]);
});

test('what has aged out does not come back by itself, not from the feed nor from a backfill', async () => {
  const { fixture, pull, holds } = await scene();
  const { store } = fixture;
  await pull(4000);
  await store.applyPage({ entries: [pulled(final, 1)], cursor: 'c2' });
  await store.applyPage({ entries: [{ kind: 'access-gained', clientId: CLIENT }], cursor: 'c3' });
  await store.applyEverythingPage(everything());
  for (const key of WHOLE_VISIT) expect(await holds(key), key).toBe(false);
  expect(await pull(4001)).toEqual([]);
  expect(await store.agedOutOf(CLIENT)).toMatchObject({ notes: 1, visits: 1 });
});

test('a change of what has aged out is news: it comes, the rest of its visit is fetched, and they age from then on', async () => {
  const { fixture, pull, holds } = await scene();
  const { store } = fixture;
  await pull(4000);
  const amended = { ...pulled({ ...final, status: 'amended' } as Composition, 2), serverTime: at(4000) };
  await store.applyPage({ entries: [amended], cursor: 'c2' });
  expect(await holds(NOTE_KEY)).toBe(true);
  expect(await store.agedOutOf(CLIENT)).toMatchObject({ notes: 0, visits: 1, asked: true });
  expect(await store.clientsToFetch()).toEqual([{ clientId: CLIENT, next: null }]);
  await store.applyEverythingPage(everything([pulled(patient(), 1), pulled(over, 1), amended]));
  expect(await store.agedOutOf(CLIENT)).toMatchObject({ notes: 0, visits: 0, asked: false });
  expect(await pull(4000 + DAYS - 1)).toEqual([]);
  expect(await pull(4000 + DAYS + 1)).toEqual([NOTE_KEY, VISIT_KEY]);
});

test('D3: what is new of a visit that has aged out brings the visit back, so that nothing written here refers to what is gone', async () => {
  const { fixture, pull, holds } = await scene();
  const { store } = fixture;
  await pull(4000);
  const late = { ...note({ data: 'remembered later' }), id: 'a0000000-0000-4000-8000-00000000000a' };
  const added = { ...pulled(late, 1), serverTime: at(4000) };
  await store.applyPage({ entries: [added], cursor: 'c2' });
  expect(await store.clientsToFetch()).toEqual([{ clientId: CLIENT, next: null }]);
  await store.applyEverythingPage(everything([...everything().versions, added]));
  expect(await holds(VISIT_KEY)).toBe(true);
  expect(await pull(8000)).toEqual([]);
});

test('what is new of a visit that is here asks for nothing more', async () => {
  const { fixture } = await scene();
  const late = { ...note({ data: 'remembered later' }), id: 'a0000000-0000-4000-8000-00000000000a' };
  await fixture.store.applyPage({ entries: [pulled(late, 1)], cursor: 'c2' });
  expect(await fixture.store.clientsToFetch()).toEqual([]);
});

test('nothing is fetched back of a client who is leaving', async () => {
  const { fixture, pull } = await scene();
  await pull(4000);
  const amended = { ...pulled({ ...final, status: 'amended' } as Composition, 2), serverTime: at(4000) };
  await fixture.store.applyPage({
    entries: [{ kind: 'access-lost', clientId: CLIENT }, amended],
    cursor: 'c2',
  });
  expect(await fixture.store.clientsToFetch()).toEqual([]);
});

test('what is deleted on the server is not said to be kept there', async () => {
  const { fixture, pull } = await scene();
  await pull(4000);
  const deleted = { ...pulled(final, 2), resource: null };
  await fixture.store.applyPage({ entries: [deleted], cursor: 'c2' });
  expect(await fixture.store.agedOutOf(CLIENT)).toMatchObject({ notes: 0, visits: 1 });
});

test('fetched back it is here again, for seven days by the server’s clock, and then ages out again', async () => {
  const { fixture, pull, holds } = await scene();
  await pull(4000);
  await fixture.store.fetchBack(CLIENT);
  expect(await fixture.store.agedOutOf(CLIENT)).toMatchObject({ notes: 1, asked: true });
  const store = await fixture.restart();
  expect(await store.clientsToFetch()).toEqual([{ clientId: CLIENT, next: null }]);
  expect(await pull(4001)).toEqual([]);
  await store.applyEverythingPage(everything());
  expect(await store.agedOutOf(CLIENT)).toEqual({
    notes: 0,
    visits: 0,
    consents: 0,
    newest: null,
    asked: false,
    hereUntil: at(4008),
  });
  expect(textsOf((await store.get(NOTE_KEY))?.resource)).toEqual({ data: 'told long ago' });
  fixture.clock.advance(4000 * DAY);
  expect(await pull(4007)).toEqual([]);
  expect(await pull(4008)).toEqual(WHOLE_VISIT);
  expect(await holds(NOTE_KEY)).toBe(false);
  expect(await store.agedOutOf(CLIENT)).toMatchObject({ notes: 1, asked: false, hereUntil: null });
});

test('a wish that the server refused is over, and may be had again; what gained access fetches goes on', async () => {
  const { fixture, pull } = await scene();
  const { store } = fixture;
  await pull(4000);
  await store.fetchBack(CLIENT);
  await store.endWish(CLIENT);
  expect(await store.clientsToFetch()).toEqual([]);
  expect(await store.agedOutOf(CLIENT)).toMatchObject({ notes: 1, asked: false, hereUntil: null });
  await store.fetchBack(CLIENT);
  expect(await store.clientsToFetch()).toHaveLength(1);
  await store.applyPage({ entries: [{ kind: 'access-gained', clientId: CLIENT }], cursor: 'c2' });
  await store.endWish(CLIENT);
  expect(await store.clientsToFetch()).toEqual([{ clientId: CLIENT, next: null }]);
});

test('a server that begins anew is asked again for what was wished', async () => {
  const { fixture, pull } = await scene();
  await pull(4000);
  await fixture.store.fetchBack(CLIENT);
  await fixture.store.beginEpochChange();
  expect(await fixture.store.clientsToFetch()).toEqual([{ clientId: CLIENT, next: null }]);
});

test('nothing goes of a client who is still being fetched, or who is leaving', async () => {
  const { fixture, pull, tell, writeDown } = await scene();
  await fixture.store.applyPage({ entries: [{ kind: 'access-gained', clientId: CLIENT }], cursor: 'c2' });
  expect(await pull(4000)).toEqual([]);
  await fixture.store.applyEverythingPage(everything());
  expect(await pull(4000)).toEqual(WHOLE_VISIT);
  await fixture.store.applyPage({ entries: [{ kind: 'access-lost', clientId: CLIENT }], cursor: 'c3' });
  await fixture.store.fetchBack(CLIENT);
  expect(await fixture.store.clientsToFetch()).toEqual([]);
  await tell(5000);
  expect(await fixture.store.ageOut(writeDown)).toBe('done');
  expect(await fixture.store.eraseClient(CLIENT)).toBe('erased');
  for (const table of ['aged_out', 'fetched_back', 'clients_to_age']) {
    expect(await fixture.store.database.all(`SELECT * FROM ${table}`), table).toEqual([]);
  }
});

test('a server that was restored is not asked for what has aged out, and says anew what it has of it', async () => {
  const { fixture, pull } = await scene();
  const { store } = fixture;
  await pull(4000);
  await store.beginEpochChange();
  await store.applyPage({ entries: [{ kind: 'access-gained', clientId: CLIENT }], cursor: 'e2' });
  await store.applyEverythingPage(everything([pulled(patient(), 1), pulled(over, 1)]));
  expect(await store.epochDoubts()).toEqual([]);
  await store.endEpochChange(new Set());
  expect(await store.outboxCounts()).toMatchObject({ waiting: 0, parked: 0, held: 0 });
  expect(await pull(4001)).toEqual([VISIT_KEY]);
  // The note was lost with the backup's days: nobody says that it lies there.
  expect(await store.agedOutOf(CLIENT)).toMatchObject({ notes: 0, visits: 1 });
});

test('D3: while a restored server is being compared, nothing goes', async () => {
  const { fixture, tell, writeDown, holds } = await scene();
  await fixture.store.beginEpochChange();
  await tell(4000);
  while ((await fixture.store.ageOut(writeDown)) === 'more');
  expect(await holds(NOTE_KEY)).toBe(true);
});

test('the audit chain says whose records went, how many and which, in the same transaction, and nothing of them', async () => {
  const { fixture, tell } = await scene();
  const { database } = fixture.store;
  const random = { bytes: (length: number) => new Uint8Array(length) };
  const audit = createAuditChain({
    database,
    clock: fixture.clock,
    random,
    hash: () => Promise.resolve('h'),
  });
  await tell(4000);
  const failing: WriteDownAgedOut = async (transaction, { keys }) => {
    await audit.appendWithin(transaction, 'aged-out', { records: String(keys.length) });
    throw new Error('the disk is full');
  };
  await expect(fixture.store.ageOut(failing)).rejects.toThrow('the disk is full');
  expect(await fixture.store.get(NOTE_KEY)).toBeDefined();
  expect(await audit.unsent(10)).toEqual([]);
  await fixture.store.ageOut((transaction, { clientId, keys }) =>
    audit.appendWithin(transaction, 'aged-out', { client: clientId, records: String(keys.length) }),
  );
  const [link] = await audit.unsent(10);
  expect(link?.link).toMatchObject({ action: 'aged-out', details: { client: CLIENT, records: '3' } });
  expect(JSON.stringify(link)).not.toContain('told long ago');
});

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}
