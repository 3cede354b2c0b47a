import { createCareTeam, type FhirResource } from '@fieldchart/clinical';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RecordStore } from './recordStore.ts';
import {
  AUTHOR,
  CLIENT,
  LIMITS,
  NOTE_KEY,
  note,
  openTestStore,
  patient,
  pulled,
  serverTime,
  signature,
  signed,
  textsOf,
  visit,
} from './testing/storeFixture.ts';

/** Numbers that a restored server gives: above any that it ever gave before. */
const AFTER_RESTORE = 1_000_000;

let fixture: Awaited<ReturnType<typeof openTestStore>>;
let store: RecordStore;
let version = 0;

beforeEach(async () => {
  fixture = await openTestStore();
  ({ store } = fixture);
  version = 0;
});
afterEach(async () => {
  await fixture.end();
});

const team = () =>
  createCareTeam({
    id: '50000000-0000-4000-8000-000000000001',
    clientId: CLIENT,
    members: [{ practitionerId: 'p1', name: 'Pat One' }],
    organizationId: 'org',
    startedAt: fixture.clock.now(),
  });
const sent = new Map<string, string>();

/** Sends everything, and returns what went in the order of the bundles. */
async function sendAll() {
  const bundles: {
    kind: string;
    entries: { key: string; kind: string; mutationId: string; ifMatch: string | null; body: string }[];
  }[] = [];
  for (
    let batch = await store.nextBatch(LIMITS);
    batch !== undefined;
    batch = await store.nextBatch(LIMITS)
  ) {
    bundles.push({ kind: batch.kind, entries: [...batch.entries] });
    for (const { mutationId, key } of batch.entries) {
      version += 1;
      sent.set(key, mutationId);
      await store.acknowledge([
        { mutationId: mutationId, version: { versionId: String(version), serverTime: serverTime(version) } },
      ]);
    }
  }
  return bundles;
}
async function register() {
  await store.recordGroup(
    [
      { resource: patient(), basedOn: 0 },
      { resource: team(), basedOn: 0 },
    ],
    AUTHOR,
  );
  await store.recordChange({ resource: visit(), basedOn: 0 }, AUTHOR);
  await store.recordChange({ resource: note({ data: 'first' }), basedOn: 0 }, AUTHOR);
}
async function write(text: string) {
  const record = await store.get(NOTE_KEY);
  await store.recordChange({ resource: note({ data: text }), basedOn: record?.revision ?? 0 }, AUTHOR);
}
/** The server is restored and all is read again: these resources, at these versions. */
async function restored(
  found: readonly (readonly [FhirResource, number])[],
  lacking: readonly string[] = [],
) {
  await store.beginEpochChange();
  const entries = found.map(([resource, at]) => pulled(resource, at));
  await store.applyPage({ entries, cursor: 'new epoch' });
  await store.endEpochChange(new Set(lacking));
}
const shape = (bundles: Awaited<ReturnType<typeof sendAll>>) =>
  bundles.map(({ kind, entries }) => [
    kind,
    ...entries.map((entry) => `${entry.kind} ${entry.key.split('/')[0] ?? ''}`),
  ]);

test('a server that lost everything receives it again: in causal order, groups whole, under the first ids', async () => {
  await register();
  await sendAll();
  const note1 = sent.get(NOTE_KEY);
  await restored([]);
  const again = await sendAll();
  expect(shape(again)).toEqual([
    ['transaction', 'create Patient', 'create CareTeam'],
    ['batch', 'create Encounter'],
    ['batch', 'create Composition'],
  ]);
  expect(again.at(-1)?.entries).toMatchObject([{ mutationId: note1, ifMatch: null }]);
  expect(await sendAll()).toEqual([]);
});

test('work that the backup lacks goes as a change of what it has, and what it has goes not at all', async () => {
  await register();
  await sendAll();
  await write('second');
  await sendAll();
  // Versions 1 to 4 were backed up, 5 was lost.
  await restored([
    [patient(), 1],
    [team(), 2],
    [visit(), 3],
    [note({ data: 'first' }), 4],
  ]);
  const again = await sendAll();
  expect(shape(again)).toEqual([['batch', 'update Composition']]);
  expect(again[0]?.entries).toMatchObject([{ ifMatch: '4', mutationId: sent.get(NOTE_KEY) }]);
  expect(textsOf(JSON.parse(again[0]?.entries[0]?.body ?? ''))).toEqual({ data: 'second' });
});

test('O6: a signed note that was lost goes again with its signature', async () => {
  await register();
  await sendAll();
  const final = signed(note({ data: 'first' }));
  const provenance = signature(final);
  const record = await store.get(NOTE_KEY);
  await store.recordGroup(
    [
      { resource: final, basedOn: record?.revision ?? 0 },
      { resource: provenance, basedOn: 0 },
    ],
    AUTHOR,
  );
  await sendAll();
  await restored([
    [patient(), 1],
    [team(), 2],
    [visit(), 3],
    [note({ data: 'first' }), 4],
  ]);
  expect(shape(await sendAll())).toEqual([['transaction', 'update Composition', 'create Provenance']]);
});

test('an unsent change of a lost record becomes its create, and of an older one a change of that', async () => {
  await register();
  await sendAll();
  await write('unsent');
  await restored([
    [patient(), 1],
    [team(), 2],
    [visit(), 3],
  ]);
  const again = await sendAll();
  expect(shape(again)).toEqual([['batch', 'create Composition']]);
  expect(textsOf(JSON.parse(again[0]?.entries[0]?.body ?? ''))).toEqual({ data: 'unsent' });
});

test('O4: an attempt of unknown outcome is left alone; its conflict with the restore alone is undone', async () => {
  await register();
  await sendAll();
  await write('attempted');
  const [entry] = (await store.nextBatch(LIMITS))?.entries ?? [];
  await restored([
    [patient(), 1],
    [team(), 2],
    [visit(), 3],
  ]);
  expect((await store.nextBatch(LIMITS))?.entries).toEqual([entry]);
  // A change of what is not there: the server says 404.
  await store.conflict(entry?.mutationId ?? '', null);
  await store.endEpochChange(new Set());
  expect(await store.listAttention(9)).toEqual([]);
  const again = await sendAll();
  expect(shape(again)).toEqual([['batch', 'create Composition']]);
  expect(again[0]?.entries[0]?.mutationId).not.toBe(entry?.mutationId);
});

test('D3: a conflict of two windows outlives the one that was with the restore alone', async () => {
  await register();
  await sendAll();
  await write('attempted');
  const [entry] = (await store.nextBatch(LIMITS))?.entries ?? [];
  const opened = (await store.get(NOTE_KEY))?.revision ?? 0;
  await write('attempted in one window');
  const other = { resource: note({ data: 'attempted in the other' }), basedOn: opened };
  await store.recordChange(other, AUTHOR);
  const standing = textsOf((await store.get(NOTE_KEY))?.resource);
  await store.beginEpochChange();
  await store.applyPage({ entries: [pulled(patient(), 1), pulled(visit(), 3)], cursor: 'new epoch' });
  await store.conflict(entry?.mutationId ?? '', null);
  await store.endEpochChange(new Set());
  const open = await store.conflictsOf(NOTE_KEY);
  const shown = [standing, ...open.flatMap(({ mine, theirs }) => [textsOf(mine), textsOf(theirs)])];
  expect(shown).toContainEqual({ data: 'attempted in one window' });
  expect(shown).toContainEqual({ data: 'attempted in the other' });
});

test('D3, C1: an attempt that meets the older text of a backup is not joined with it, as if somebody had taken ours back', async () => {
  await register();
  await sendAll();
  await write('first, acknowledged');
  await sendAll();
  await write('first, acknowledged, attempted');
  const [entry] = (await store.nextBatch(LIMITS))?.entries ?? [];
  // The backup holds the note as it was before the acknowledged change.
  const older = pulled(note({ data: 'first' }), 4);
  await restored([
    [patient(), 1],
    [team(), 2],
    [visit(), 3],
    [note({ data: 'first' }), 4],
  ]);
  await store.conflict(entry?.mutationId ?? '', { ...older, resource: note({ data: 'first' }) });
  expect(textsOf((await store.get(NOTE_KEY))?.resource)).toEqual({ data: 'first, acknowledged, attempted' });
  await store.endEpochChange(new Set());
  expect(await store.listAttention(9)).toEqual([]);
  const again = await sendAll();
  expect(again[0]?.entries).toMatchObject([{ kind: 'update', ifMatch: '4' }]);
  expect(textsOf(JSON.parse(again[0]?.entries[0]?.body ?? ''))).toEqual({
    data: 'first, acknowledged, attempted',
  });
});

test('C1: who wrote over where our work was lost meets it in a conflict; who built on it does not', async () => {
  await register();
  await sendAll();
  const over = [note({ data: 'theirs' }), AFTER_RESTORE] as const;
  const rest = [
    [patient(), 1],
    [team(), 2],
    [visit(), 3],
  ] as const;
  await store.beginEpochChange();
  await store.applyPage({
    entries: [...rest, over].map(([resource, at]) => pulled(resource, at)),
    cursor: 'e2',
  });
  expect(await store.epochDoubts()).toEqual([{ key: NOTE_KEY, mutationId: sent.get(NOTE_KEY) }]);
  await store.endEpochChange(new Set([NOTE_KEY]));
  const [item] = await store.listAttention(9);
  const detail = await store.attention(item?.mutationId ?? '');
  expect([textsOf(detail?.conflict?.mine), textsOf(detail?.standing)]).toEqual([
    { data: 'first' },
    { data: 'theirs' },
  ]);
  await store.decideConflict(item?.mutationId ?? '', {
    resource: note({ data: 'both' }),
    basedOn: detail?.revision ?? 0,
  });
  expect(await sendAll()).toMatchObject([{ entries: [{ ifMatch: String(AFTER_RESTORE) }] }]);
});

test('C2, O6: what was signed anew where our signed note was lost stands word for word; ours is kept aside with its signature', async () => {
  await register();
  await sendAll();
  const final = signed(note({ data: 'first' }));
  const record = await store.get(NOTE_KEY);
  await store.recordGroup(
    [
      { resource: final, basedOn: record?.revision ?? 0 },
      { resource: signature(final), basedOn: 0 },
    ],
    AUTHOR,
  );
  await sendAll();
  const theirs = signed(note({ data: 'signed on another device' }));
  await restored(
    [
      [patient(), 1],
      [team(), 2],
      [visit(), 3],
      [theirs, AFTER_RESTORE],
    ],
    [NOTE_KEY],
  );
  expect(textsOf((await store.get(NOTE_KEY))?.resource)).toEqual({ data: 'signed on another device' });
  const items = await store.listAttention(9);
  expect(items).toMatchObject([{ key: NOTE_KEY, inConflict: true }]);
  const detail = await store.attention(items[0]?.mutationId ?? '');
  expect(detail?.choices).toEqual(['keep-theirs']);
  expect([textsOf(detail?.body), textsOf(detail?.conflict?.mine)]).toEqual([
    { data: 'first' },
    { data: 'first' },
  ]);
  await store.keepTheirs(detail?.mutationId ?? '');
  expect(textsOf((await store.get(NOTE_KEY))?.resource)).toEqual({ data: 'signed on another device' });
  expect(await sendAll()).toEqual([]);
  expect(await store.outboxCounts()).toEqual({ waiting: 0, attempted: 0, parked: 0, held: 0 });
});

test('a newer version that knows of our work is taken as it is', async () => {
  await register();
  await sendAll();
  await restored([[note({ data: 'built on ours' }), AFTER_RESTORE]]);
  expect(textsOf((await store.get(NOTE_KEY))?.resource)).toEqual({ data: 'built on ours' });
});

test('D3: what others wrote and the server lost stays as it is, and is not sent in their place', async () => {
  await store.applyPage({
    entries: [patient(), visit(), note({ data: 'theirs' })].map((one) => pulled(one, 5)),
    cursor: 'c',
  });
  await restored([[patient(), 1]]);
  expect(await sendAll()).toEqual([]);
  expect(textsOf((await store.get(NOTE_KEY))?.resource)).toEqual({ data: 'theirs' });
  await store.applyPage({
    entries: [pulled(note({ data: 'theirs, sent again' }), AFTER_RESTORE)],
    cursor: 'd',
  });
  expect(textsOf((await store.get(NOTE_KEY))?.resource)).toEqual({ data: 'theirs, sent again' });
});

test('D4: a device killed while it reads a restored server again goes on with it', async () => {
  await register();
  await sendAll();
  await store.beginEpochChange();
  await store.applyPage({ entries: [pulled(patient(), 1)], cursor: 'half' });
  store = await fixture.restart();
  await store.applyPage({ entries: [pulled(team(), 2), pulled(visit(), 3)], cursor: 'whole' });
  await store.endEpochChange(new Set());
  expect(shape(await sendAll())).toEqual([['batch', 'create Composition']]);
});

test('S3: a supervisor’s change of our care team is not sent as ours, unless the client is registered anew', async () => {
  await register();
  await sendAll();
  const changed = { ...team(), name: 'changed by a supervisor' };
  await store.applyPage({ entries: [pulled(changed, 9)], cursor: 'c' });
  const others = [visit(), note({ data: 'first' })].map((one) => [one, AFTER_RESTORE] as const);
  await restored([[patient(), 1], [team(), 2], ...others]);
  expect(shape(await sendAll())).toEqual([]);

  await restored([]);
  expect(shape(await sendAll())[0]).toEqual(['transaction', 'create Patient', 'create CareTeam']);
});

test('O3, O5: a lost registration goes before all that waits for its client, whatever was refused meanwhile', async () => {
  await store.recordGroup(
    [
      { resource: patient(), basedOn: 0 },
      { resource: team(), basedOn: 0 },
    ],
    AUTHOR,
  );
  await sendAll();
  await store.recordChange({ resource: visit(), basedOn: 0 }, AUTHOR);
  const refused = (await store.nextBatch(LIMITS))?.entries[0]?.mutationId ?? '';
  await store.park(refused, { code: 'not-found', text: '' });
  const other = { ...visit(), id: '20000000-0000-4000-8000-000000000077' };
  await store.recordChange({ resource: other, basedOn: 0 }, AUTHOR);
  const client = await store.get(`Patient/${CLIENT}`);
  await store.recordChange({ resource: patient('Eva'), basedOn: client?.revision ?? 0 }, AUTHOR);
  await restored([]);
  expect(await store.outboxCounts()).toEqual({ waiting: 3, attempted: 0, parked: 1, held: 0 });
  const sentAgain = await sendAll();
  expect(shape(sentAgain)).toEqual([
    ['transaction', 'create Patient', 'create CareTeam'],
    ['batch', 'create Encounter'],
  ]);
  expect(sentAgain[1]?.entries[0]?.key).toBe(`Encounter/${other.id}`);
  await store.resend(refused);
  expect(shape(await sendAll())).toEqual([['batch', 'create Encounter']]);
});

test('O5: what refers to a lost registration whose change was refused is held with it', async () => {
  await store.loadCaseload({
    resources: [{ ...patient(), meta: { versionId: '1', lastUpdated: serverTime(1) } }],
    cursor: 'c1',
  });
  const client = await store.get(`Patient/${CLIENT}`);
  await store.recordChange({ resource: patient('Eva'), basedOn: client?.revision ?? 0 }, AUTHOR);
  const refused = (await store.nextBatch(LIMITS))?.entries[0]?.mutationId ?? '';
  await store.park(refused, { code: 'forbidden', text: '' });
  await store.recordChange({ resource: visit(), basedOn: 0 }, AUTHOR);
  expect(await store.outboxCounts()).toMatchObject({ waiting: 1, parked: 1, held: 0 });
  await restored([]);
  expect(await store.outboxCounts()).toMatchObject({ waiting: 0, parked: 1, held: 1 });
  await store.resend(refused);
  expect(shape(await sendAll()).flatMap(([, ...entries]) => entries)).toEqual([
    'create Patient',
    'create Encounter',
  ]);
});

test('O3: a lost care team follows an unsent change of its client, and all else follows it', async () => {
  await register();
  await sendAll();
  const client = await store.get(`Patient/${CLIENT}`);
  await store.recordChange({ resource: patient('Eva'), basedOn: client?.revision ?? 0 }, AUTHOR);
  await write('later');
  await restored([]);
  const order = shape(await sendAll()).flatMap(([, ...entries]) => entries);
  expect(order.join()).toBe('create Patient,create CareTeam,create Encounter,create Composition');
});

test('O4: of a client who could not be read again nothing is taken for lost; read again, nothing is sent that is there', async () => {
  await register();
  await sendAll();
  await write('second, acknowledged');
  await sendAll();
  await store.beginEpochChange();
  await store.applyPage({ entries: [{ kind: 'access-gained', clientId: CLIENT }], cursor: 'new epoch' });
  await store.endEpochChange(new Set());
  expect(await sendAll()).toEqual([]);
  const found = [patient(), team(), visit(), note({ data: 'second, acknowledged' })];
  const versions = found.map((resource, at) => pulled(resource, [1, 2, 3, 5][at] ?? 0));
  await store.applyEverythingPage({ clientId: CLIENT, versions, next: null });
  await store.endEpochChange(new Set());
  expect(await sendAll()).toEqual([]);
});

test('of who is gone since the restore nothing is waited for', async () => {
  await register();
  await sendAll();
  await store.applyPage({ entries: [{ kind: 'access-gained', clientId: 'gone' }], cursor: 'c' });
  expect(await store.clientsToFetch()).toHaveLength(1);
  await restored([]);
  expect(await store.clientsToFetch()).toEqual([]);
});

test('C2, O6: of a signed text that the review inbox has, a restore sends nothing again', async () => {
  await register();
  await sendAll();
  const final = signed(note({ data: 'first' }));
  const record = await store.get(NOTE_KEY);
  const signing = [
    { resource: final, basedOn: record?.revision ?? 0 },
    { resource: signature(final), basedOn: 0 },
  ];
  await store.recordGroup(signing, AUTHOR);
  await store.nextBatch(LIMITS);
  await store.beginEpochChange();
  await store.applyPage({ entries: [], cursor: 'new epoch' });
  const units = await store.lateWork(CLIENT);
  for (const { mutationId } of units === 'typing' ? [] : units.flatMap(({ entries }) => entries))
    await store.handedOver([{ mutationId, receipt: { way: 'review', receipt: 'item', at: serverTime(9) } }]);
  await store.endEpochChange(new Set());
  const again = (await sendAll()).flatMap(({ entries }) => entries.map(({ key }) => key));
  expect(again).toContain(`Encounter/${visit().id}`);
  expect(again).not.toContain(NOTE_KEY);
});
