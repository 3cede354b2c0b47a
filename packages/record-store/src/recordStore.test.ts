import { noteSections, type Composition } from '@fieldchart/clinical';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  AUTHOR,
  CLIENT,
  LIMITS,
  note,
  NOTE_KEY,
  openTestStore,
  patient,
  pulled,
  serverTime,
  signed,
  START,
  visit,
} from './testing/storeFixture.ts';
import type { Commit } from './recordStore.ts';
import { NOTE_FORMATS } from '@fieldchart/clinical';

let fixture: Awaited<ReturnType<typeof openTestStore>>;
const [FIRST, SECOND] = NOTE_FORMATS.DAP.sections.map(({ code }) => code) as [string, string];

beforeEach(async () => {
  fixture = await openTestStore();
});
afterEach(async () => {
  await fixture.end();
});

const textOf = (resource: unknown, code: string) =>
  noteSections(resource as Composition).find((section) => section.code === code)?.text;

async function receiveAll() {
  const { store } = fixture;
  await store.applyPage({
    entries: [pulled(patient(), 1), pulled(visit(), 2), pulled(note({ [FIRST]: 'base' }), 3)],
    cursor: 'c1',
  });
}

async function sendAll(version: number) {
  const { store } = fixture;
  const order: string[][] = [];
  for (let batch = await store.nextBatch(LIMITS); batch; batch = await store.nextBatch(LIMITS)) {
    order.push(batch.entries.map(({ key, kind }) => `${kind} ${key}`));
    for (const { mutationId } of batch.entries) {
      await store.acknowledge([
        { mutationId, version: { versionId: String(version), serverTime: serverTime(version) } },
      ]);
      version += 1;
    }
  }
  return order;
}

test('D1, D2: a typed change is committed with its outbox entry and the cursor, and survives a restart', async () => {
  const { store } = fixture;
  await receiveAll();
  let { revision } = (await store.get(NOTE_KEY)) ?? { revision: 0 };
  for (const text of ['b', 'be', 'bed']) {
    const position = { section: FIRST, selectionStart: text.length, selectionEnd: text.length, scroll: 4.5 };
    const change = { resource: note({ [FIRST]: text }), basedOn: revision, position, typing: true };
    ({ revision } = await store.recordChange(change, AUTHOR));
  }
  const reopened = await fixture.restart();
  const record = await reopened.get(NOTE_KEY);
  expect(textOf(record?.resource, FIRST)).toBe('bed');
  expect(record).toMatchObject({
    revision,
    sync: 'waiting',
    position: { section: FIRST, selectionStart: 3, scroll: 4.5 },
  });
  expect(await reopened.listOutbox(10)).toHaveLength(1);
});

test('a keystroke announces its own note and no list', async () => {
  const { store } = fixture;
  await receiveAll();
  const commits: Commit[] = [];
  store.onCommit((commit) => commits.push(commit));
  const first = await store.recordChange(
    { resource: note({ [FIRST]: 'a' }), basedOn: 1, typing: true },
    AUTHOR,
  );
  await store.recordChange(
    { resource: note({ [FIRST]: 'ab' }), basedOn: first.revision, typing: true },
    AUTHOR,
  );
  expect(commits[0]?.clients).toEqual(new Set([CLIENT]));
  expect(commits[1]).toEqual({ keys: new Set([NOTE_KEY]), clients: new Set(), outbox: false });
});

test('a draft is ready 10 s after the last keystroke, 2 minutes after the first at the latest, or when left', async () => {
  const { store, clock } = fixture;
  await receiveAll();
  let revision = 1;
  const type = async () => {
    const resource = note({ [FIRST]: `text ${revision}` });
    ({ revision } = await store.recordChange({ resource, basedOn: revision, typing: true }, AUTHOR));
  };
  await type();
  clock.advance(9_000);
  expect(await store.nextBatch(LIMITS)).toBeUndefined();
  await type();
  expect(await store.nextReadyAt()).toBe(START + 19_000);
  clock.advance(5_000);
  expect(await store.nextBatch(LIMITS)).toBeUndefined();
  for (let second = 14; second < 119; second += 5) {
    await type();
    clock.advance(5_000);
  }
  expect(await store.nextReadyAt()).toBe(START + 120_000);
  expect(await store.nextBatch(LIMITS)).toBeUndefined();
  await store.settle(NOTE_KEY);
  expect((await store.nextBatch(LIMITS))?.entries).toHaveLength(1);
});

test('a thousand keystrokes while online make at most five versions on the server', async () => {
  const { store, clock } = fixture;
  await receiveAll();
  let { revision } = (await store.get(NOTE_KEY)) ?? { revision: 0 };
  let versions = 0;
  const sendWhatIsReady = async () => {
    versions += (await sendAll(versions + 2)).length;
  };
  for (let keystroke = 1; keystroke <= 1_000; keystroke += 1) {
    const resource = note({ [FIRST]: 'x'.repeat(keystroke) });
    ({ revision } = await store.recordChange({ resource, basedOn: revision, typing: true }, AUTHOR));
    clock.advance(300);
    await sendWhatIsReady();
  }
  await store.settle(NOTE_KEY);
  await sendWhatIsReady();
  expect(versions).toBeGreaterThan(1);
  expect(versions).toBeLessThanOrEqual(5);
  expect(textOf((await store.get(NOTE_KEY))?.resource, FIRST)).toHaveLength(1_000);
});

test('O1: a clock that goes back changes neither the order nor keeps a draft from being sent', async () => {
  const { store, clock } = fixture;
  await receiveAll();
  await store.recordChange({ resource: note({ [FIRST]: 'a' }), basedOn: 1, typing: true }, AUTHOR);
  clock.advance(-86_400_000);
  expect((await store.nextBatch(LIMITS))?.entries).toHaveLength(1);
});

test('O3: what is made offline goes up in causal order, each create before what refers to it', async () => {
  const { store } = fixture;
  await store.recordChange({ resource: patient(), basedOn: 0 }, AUTHOR);
  await store.recordChange({ resource: visit(), basedOn: 0 }, AUTHOR);
  await store.recordChange({ resource: note(), basedOn: 0 }, AUTHOR);
  await store.recordChange({ resource: note({ [FIRST]: 'x' }), basedOn: 1 }, AUTHOR);
  expect(await sendAll(1)).toEqual([
    [`create Patient/${CLIENT}`],
    [`create ${`Encounter/${visit().id}`}`],
    [`create ${NOTE_KEY}`],
  ]);
  expect(await store.get(NOTE_KEY)).toMatchObject({
    sync: 'acknowledged',
    versionId: '3',
    receipt: { versionId: '3' },
  });
});

test('O4: an attempted entry is returned unchanged after a restart, and later edits are entries of their own', async () => {
  const { store } = fixture;
  await receiveAll();
  await store.recordChange({ resource: note({ [FIRST]: 'one' }), basedOn: 1 }, AUTHOR);
  const sent = await store.nextBatch(LIMITS);
  expect(sent?.entries[0]?.ifMatch).toBe('3');
  await store.recordChange({ resource: note({ [FIRST]: 'two' }), basedOn: 2 }, AUTHOR);
  const reopened = await fixture.restart();
  expect(await reopened.nextBatch(LIMITS)).toEqual(sent);
  await reopened.acknowledge([
    {
      mutationId: sent?.entries[0]?.mutationId ?? '',
      version: { versionId: '4', serverTime: serverTime(4) },
    },
  ]);
  const next = await reopened.nextBatch(LIMITS);
  expect(next?.entries[0]).toMatchObject({ key: NOTE_KEY, kind: 'update', ifMatch: '4' });
  expect(textOf(JSON.parse(next?.entries[0]?.body ?? ''), FIRST)).toBe('two');
});

test('O6: a group is acknowledged in one commit, or not at all', async () => {
  const { store } = fixture;
  await store.recordGroup(
    [
      { resource: patient(), basedOn: 0 },
      { resource: visit(), basedOn: 0 },
    ],
    AUTHOR,
  );
  const entries = (await store.nextBatch(LIMITS))?.entries ?? [];
  const arrived = entries.map(({ mutationId }) => ({
    mutationId,
    version: { versionId: '1', serverTime: serverTime(1) },
  }));
  const [first, second] = arrived;
  if (first === undefined || second === undefined) throw new Error('A group of two was expected');
  const unreadable = { ...second, version: { versionId: 'a\0b', serverTime: serverTime(1) } };
  await expect(store.acknowledge([first, unreadable])).rejects.toMatchObject({ code: 'DATABASE_SQL' });
  expect(await store.outboxCounts()).toMatchObject({ attempted: 2 });
  expect(await store.recentReceipts(9)).toEqual([]);
  let commits = 0;
  store.onCommit(() => (commits += 1));
  await store.acknowledge(arrived);
  expect([commits, await store.outboxCounts()]).toMatchObject([1, { attempted: 0 }]);
  expect(await store.recentReceipts(9)).toHaveLength(2);
});

test('O5, O7: a refused entry is parked, what needs it is held, the rest flows and has receipts', async () => {
  const { store } = fixture;
  await store.recordChange({ resource: patient(), basedOn: 0 }, AUTHOR);
  await store.recordChange({ resource: visit(), basedOn: 0 }, AUTHOR);
  const other = '10000000-0000-4000-8000-000000000002';
  await store.recordChange({ resource: patient('Bo', other), basedOn: 0 }, AUTHOR);
  const batch = await store.nextBatch(LIMITS);
  expect(batch?.entries.map(({ key }) => key)).toEqual([`Patient/${CLIENT}`, `Patient/${other}`]);
  await store.park(batch?.entries[0]?.mutationId ?? '', { code: '422', text: 'no' });
  await store.acknowledge([
    {
      mutationId: batch?.entries[1]?.mutationId ?? '',
      version: { versionId: '1', serverTime: serverTime(1) },
    },
  ]);
  expect(await store.nextBatch(LIMITS)).toBeUndefined();
  expect((await store.listOutbox(9)).map(({ state }) => state)).toEqual(['parked', 'held']);
  expect(await store.get(`Patient/${CLIENT}`)).toMatchObject({ sync: 'parked', reason: { code: '422' } });
  await store.recordChange({ resource: note(), basedOn: 0 }, AUTHOR);
  expect(await store.outboxCounts()).toEqual({ waiting: 0, attempted: 0, parked: 1, held: 2 });
  expect(await store.recentReceipts(5)).toMatchObject([{ key: `Patient/${other}`, versionId: '1' }]);
});

test('O6: a group travels whole in one transaction, and drafts of its records join it', async () => {
  const { store } = fixture;
  await receiveAll();
  const other = '30000000-0000-4000-8000-000000000002';
  await store.recordChange({ resource: note({ [FIRST]: 'x' }), basedOn: 1 }, AUTHOR);
  await store.recordGroup(
    [
      { resource: signed(note({ [FIRST]: 'x' })), basedOn: 2 },
      { resource: note({}, other), basedOn: 0 },
    ],
    AUTHOR,
  );
  const batch = await store.nextBatch(LIMITS);
  expect(batch?.kind).toBe('transaction');
  expect(batch?.entries.map(({ key }) => key)).toEqual([NOTE_KEY, `Composition/${other}`]);
});

test('O6: a group of which one member backs off waits whole', async () => {
  const { store } = fixture;
  await receiveAll();
  const other = '30000000-0000-4000-8000-000000000002';
  await store.recordGroup(
    [
      { resource: signed(note({ [FIRST]: 'x' })), basedOn: 1 },
      { resource: note({}, other), basedOn: 0 },
    ],
    AUTHOR,
  );
  const batch = await store.nextBatch(LIMITS);
  for (const { mutationId } of batch?.entries ?? []) {
    expect(await store.nextBatch({ ...LIMITS, skip: new Set([mutationId]) })).toBeUndefined();
  }
  expect(await store.nextBatch(LIMITS)).toEqual(batch);
});

test('C2: the content of a signed note is never changed, and a note in conflict cannot be signed', async () => {
  const { store } = fixture;
  await receiveAll();
  const final = signed(note({ [FIRST]: 'base' }));
  await store.recordGroup([{ resource: final, basedOn: 1 }], AUTHOR);
  const change = { resource: note({ [FIRST]: 'forged' }), basedOn: 2 };
  await expect(store.recordChange(change, AUTHOR)).rejects.toMatchObject({ code: 'STORE_SIGNED' });
  await expect(store.recordChange({ ...change, typing: true }, AUTHOR)).rejects.toMatchObject({
    code: 'STORE_SIGNED',
  });
  await store.applyPage({ entries: [pulled(note({ [FIRST]: 'theirs' }), 4)], cursor: 'c2' });
  expect((await store.get(NOTE_KEY))?.resource).toEqual(final);
  expect(await store.get(NOTE_KEY)).toMatchObject({ sync: 'parked', inConflict: true });
});

test('D2, C1: a change based on an older revision is merged with what was pulled meanwhile', async () => {
  const { store } = fixture;
  await receiveAll();
  const shown = await store.get(NOTE_KEY);
  await store.applyPage({
    entries: [pulled(note({ [FIRST]: 'base', [SECOND]: 'theirs' }), 4)],
    cursor: 'c2',
  });
  const outcome = await store.recordChange(
    { resource: note({ [FIRST]: 'base mine' }), basedOn: shown?.revision ?? 0, typing: true },
    AUTHOR,
  );
  expect(outcome.merged).toBe(true);
  expect(textOf(outcome.resource, FIRST)).toBe('base mine');
  expect(textOf(outcome.resource, SECOND)).toBe('theirs');
});

test('C1: both changed one section: the server text stands, mine is kept, and signing is refused', async () => {
  const { store } = fixture;
  await receiveAll();
  await store.recordChange({ resource: note({ [FIRST]: 'mine' }), basedOn: 1 }, AUTHOR);
  await store.applyPage({ entries: [pulled(note({ [FIRST]: 'theirs' }), 4)], cursor: 'c2' });
  const record = await store.get(NOTE_KEY);
  expect(textOf(record?.resource, FIRST)).toBe('theirs');
  expect(record).toMatchObject({ inConflict: true, sync: 'parked', reason: { code: 'conflict' } });
  const [conflict] = await store.conflictsOf(NOTE_KEY);
  expect(textOf(conflict?.mine, FIRST)).toBe('mine');
  const final = { resource: signed(note({ [FIRST]: 'theirs' })), basedOn: record?.revision ?? 0 };
  await expect(store.recordGroup([final], AUTHOR)).rejects.toMatchObject({ code: 'STORE_CONFLICT_OPEN' });
});

test('a version pulled while an entry is attempted waits for the outcome; our own one is the outcome', async () => {
  const { store } = fixture;
  await receiveAll();
  await store.recordChange({ resource: note({ [FIRST]: 'mine' }), basedOn: 1 }, AUTHOR);
  const id = (await store.nextBatch(LIMITS))?.entries[0]?.mutationId ?? '';
  await store.applyPage({ entries: [pulled(note({ [FIRST]: 'after' }), 5)], cursor: 'c2' });
  expect(textOf((await store.get(NOTE_KEY))?.resource, FIRST)).toBe('mine');
  await store.applyPage({ entries: [pulled(note({ [FIRST]: 'mine' }), 4, id)], cursor: 'c3' });
  const record = await store.get(NOTE_KEY);
  expect(textOf(record?.resource, FIRST)).toBe('after');
  expect(record).toMatchObject({ versionId: '5', sync: 'acknowledged', receipt: { versionId: '4' } });
  expect(await store.cursor()).toBe('c3');
});

test('versions older than what is held, or than a tombstone, are ignored', async () => {
  const { store } = fixture;
  await receiveAll();
  await store.applyPage({ entries: [pulled(note({ [FIRST]: 'old' }), 2)], cursor: 'c2' });
  expect(textOf((await store.get(NOTE_KEY))?.resource, FIRST)).toBe('base');
  await store.applyPage({ entries: [{ ...pulled(note(), 9), resource: null }], cursor: 'c3' });
  await store.applyPage({ entries: [pulled(note(), 8)], cursor: 'c4' });
  expect(await store.get(NOTE_KEY)).toBeUndefined();
});

test('access gained is fetched page by page, and what waits is never erased', async () => {
  const { store } = fixture;
  await store.applyPage({ entries: [{ kind: 'access-gained', clientId: CLIENT }], cursor: 'c1' });
  await store.applyEverythingPage({ clientId: CLIENT, versions: [pulled(patient(), 1)], next: '?page=2' });
  expect(await store.clientsToFetch()).toEqual([{ clientId: CLIENT, next: '?page=2' }]);
  await store.applyEverythingPage({ clientId: CLIENT, versions: [pulled(visit(), 2)], next: null });
  expect(await store.clientsToFetch()).toEqual([]);
  await store.recordChange({ resource: note(), basedOn: 0 }, AUTHOR);
  const [attempted] = (await store.nextBatch(LIMITS))?.entries ?? [];
  await store.applyPage({ entries: [{ kind: 'access-lost', clientId: CLIENT }], cursor: 'c2' });
  expect(await store.eraseClient(CLIENT)).toBe('waiting');
  await store.acknowledge([
    { mutationId: attempted?.mutationId ?? '', version: { versionId: '3', serverTime: serverTime(3) } },
  ]);
  expect(await store.eraseClient(CLIENT)).toBe('erased');
  expect(await store.chart(CLIENT)).toBeUndefined();
  expect(await store.clientsToErase()).toEqual([]);
});

test('the caseload is searched without accents by name, city, telephone and birth date', async () => {
  const { store } = fixture;
  const bo = '10000000-0000-4000-8000-000000000002';
  const resources = [patient(), visit(), note(), patient('Bo', bo)];
  const progress: number[] = [];
  await store.loadCaseload({ resources, cursor: 'c', onProgress: (done) => progress.push(done) });
  expect(progress).toEqual([4]);
  const find = async (search: string) =>
    (await store.listClients({ search, sort: 'name', limit: 10, practitionerId: 'p1' })).rows.map(
      ({ clientId }) => clientId,
    );
  expect(await find('nunez ana')).toEqual([CLIENT]);
  expect(await find('(555) 010-2030 TAOS')).toEqual([CLIENT, bo]);
  expect(await find('1980-04-02 bo')).toEqual([bo]);
  const unsigned = await store.listClients({
    filter: 'unsigned',
    sort: 'last-visit',
    limit: 10,
    practitionerId: 'p1',
  });
  expect(unsigned).toMatchObject({
    total: 1,
    rows: [{ clientId: CLIENT, unsignedNotes: 1, lastVisit: new Date(START).toISOString(), waiting: false }],
  });
  expect((await store.chart(CLIENT))?.notes).toHaveLength(1);
});
