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
  signed,
  textsOf,
  visit,
  VISIT,
} from './testing/storeFixture.ts';

let fixture: Awaited<ReturnType<typeof openTestStore>>;
let store: RecordStore;

beforeEach(async () => {
  fixture = await openTestStore();
  ({ store } = fixture);
  await store.applyPage({
    entries: [patient(), visit(), note({ data: 'first' })].map((one) => pulled(one, 1)),
    cursor: 'c',
  });
});
afterEach(async () => {
  await fixture.end();
});

async function write(texts: Record<string, string>, author = AUTHOR, typing = false) {
  const record = await store.get(NOTE_KEY);
  await store.recordChange({ resource: note(texts), basedOn: record?.revision ?? 0, typing }, author);
}

test('S3, D3: what waits for a client who left is handed over in order, and then their data is erased', async () => {
  await write({ data: 'one' });
  await write({ data: 'two' }, 'Practitioner/p2');
  expect(await store.eraseClient(CLIENT)).toBe('waiting');
  const units = await store.lateWork(CLIENT);
  expect(units).toMatchObject([
    { kind: 'batch', entries: [{ key: NOTE_KEY, ifMatch: '1' }] },
    { kind: 'batch', entries: [{ key: NOTE_KEY, ifMatch: null }] },
  ]);
  const receipt = { way: 'review', receipt: 'item', at: serverTime(2) } as const;
  for (const { entries } of units === 'typing' ? [] : units) {
    await store.handedOver(entries.map(({ mutationId }) => ({ mutationId, receipt })));
  }
  expect(await store.eraseClient(CLIENT)).toBe('erased');
  expect(await store.chart(CLIENT)).toBeUndefined();
  expect(await store.outboxCounts()).toMatchObject({ waiting: 0 });
  const handovers = await store.recentHandovers(10);
  expect(handovers).toMatchObject([receipt, { ...receipt, resourceType: 'Composition' }]);
  expect(JSON.stringify(handovers)).not.toContain(CLIENT);
});

test('S3: what waits for a client who is leaving is handed over and never sent; what was attempted before goes as it was', async () => {
  await write({ data: 'attempted' });
  const [attempted] = (await store.nextBatch(LIMITS))?.entries ?? [];
  await write({ data: 'attempted, late' });
  let told = 0;
  store.onCommit(({ outbox }) => {
    if (outbox) told += 1;
  });
  await store.applyPage({ entries: [{ kind: 'access-lost', clientId: CLIENT }], cursor: 'c2' });
  expect(told).toBe(1);
  expect((await store.nextBatch(LIMITS))?.entries).toEqual([attempted]);
  await store.acknowledge([
    { mutationId: attempted?.mutationId ?? '', version: { versionId: '2', serverTime: serverTime(2) } },
  ]);
  expect(await store.nextBatch(LIMITS)).toBeUndefined();
  await write({ data: 'attempted, late, typing' }, AUTHOR, true);
  expect(await store.nextReadyAt()).toBeUndefined();
  const [waiting] = await store.listOutbox(9);
  expect(await store.explainEntry(waiting?.mutationId ?? '')).toMatchObject({ why: 'leaving', because: [] });
  await store.applyPage({ entries: [{ kind: 'access-gained', clientId: CLIENT }], cursor: 'c3' });
  expect(await store.nextReadyAt()).toBeDefined();
});

test('S3: what was refused of a client who is leaving needs nobody; it does again when access comes back', async () => {
  await write({ data: 'refused' });
  const [refused] = (await store.nextBatch(LIMITS))?.entries ?? [];
  const id = refused?.mutationId ?? '';
  await store.park(id, { code: '422', text: 'no' });
  await write({ data: 'refused, and more' }, 'Practitioner/p2');
  const standing = async () => ({
    needing: (await store.listAttention(9)).map(({ mutationId }) => mutationId),
    attention: (await store.attention(id))?.mutationId,
    states: (await store.listOutbox(9)).map(({ state }) => state),
    counts: await store.outboxCounts(),
    record: (await store.get(NOTE_KEY))?.sync,
    why: (await store.explainEntry(id))?.why,
  });
  const before = await standing();
  expect(before).toMatchObject({ needing: [id], attention: id, states: ['parked', 'held'], why: 'parked' });
  expect(before).toMatchObject({ counts: { waiting: 0, attempted: 0, parked: 1, held: 1 }, record: 'held' });
  await store.applyPage({ entries: [{ kind: 'access-lost', clientId: CLIENT }], cursor: 'c2' });
  expect(await standing()).toEqual({
    needing: [],
    attention: undefined,
    states: ['waiting', 'waiting'],
    counts: { waiting: 2, attempted: 0, parked: 0, held: 0 },
    record: 'waiting',
    why: 'leaving',
  });
  await store.applyPage({ entries: [{ kind: 'access-gained', clientId: CLIENT }], cursor: 'c3' });
  expect(await standing()).toEqual(before);
});

test('C1: access that comes back in the middle shows what the server has, not what lies in the inbox', async () => {
  await write({ data: 'late' });
  const made = { ...note({ data: 'made late' }), id: '40000000-0000-4000-8000-000000000009' };
  const madeKey = `Composition/${made.id}`;
  await store.recordChange({ resource: made, basedOn: 0 }, AUTHOR);
  const visitKey = `Encounter/${VISIT}`;
  const begun = await store.get(visitKey);
  await store.recordChange(
    { resource: { ...visit(), status: 'finished' }, basedOn: begun?.revision ?? 0 },
    AUTHOR,
  );
  await store.applyPage({ entries: [{ kind: 'access-lost', clientId: CLIENT }], cursor: 'c2' });
  const units = await store.lateWork(CLIENT);
  const entries = units === 'typing' ? [] : units.flatMap((unit) => unit.entries);
  for (const { mutationId, key } of entries.filter((entry) => entry.key !== visitKey)) {
    expect([NOTE_KEY, madeKey]).toContain(key);
    await store.handedOver([{ mutationId, receipt: { way: 'review', receipt: 'item', at: serverTime(2) } }]);
  }
  await store.applyPage({ entries: [{ kind: 'access-gained', clientId: CLIENT }], cursor: 'c3' });
  const versions = [patient(), visit(), note({ data: 'first' })].map((one) => pulled(one, 1));
  await store.applyEverythingPage({ clientId: CLIENT, versions, next: null });
  expect(textsOf((await store.get(NOTE_KEY))?.resource)).toEqual({ data: 'first' });
  expect(await store.get(madeKey)).toBeUndefined();
  // What was not handed over yet goes on as it was, and is sent.
  expect((await store.get(visitKey))?.resource).toMatchObject({ status: 'finished' });
  expect((await store.nextBatch(LIMITS))?.entries).toMatchObject([{ key: visitKey }]);
});

test('O6: what was written together is handed over together', async () => {
  const record = await store.get(NOTE_KEY);
  await store.recordGroup(
    [
      { resource: signed(note({ data: 'first' })), basedOn: record?.revision ?? 0 },
      { resource: { ...visit(), status: 'finished' }, basedOn: 1 },
    ],
    AUTHOR,
  );
  expect(await store.lateWork(CLIENT)).toMatchObject([
    { kind: 'transaction', entries: [{ key: NOTE_KEY }, {}] },
  ]);
});

test('O4: what was attempted is handed over as it was sent', async () => {
  await write({ data: 'sent' });
  const [entry] = (await store.nextBatch(LIMITS))?.entries ?? [];
  expect(await store.lateWork(CLIENT)).toMatchObject([{ entries: [entry] }]);
});

test('nothing is handed over under the hands of somebody who types', async () => {
  await write({ data: 'typ' }, AUTHOR, true);
  expect(await store.lateWork(CLIENT)).toBe('typing');
  fixture.clock.advance(11_000);
  expect(await store.lateWork(CLIENT)).toHaveLength(1);
});

test('D3: what was typed before the clock went back is handed over, and does not wait for the clock', async () => {
  await write({ data: 'typ' }, AUTHOR, true);
  fixture.clock.advance(-86_400_000);
  expect(await store.lateWork(CLIENT)).toHaveLength(1);
});

test('D3: what was not taken is erased only when exactly that was sealed; an open conflict is sealed with both texts', async () => {
  await write({ data: 'mine' });
  const [entry] = (await store.nextBatch(LIMITS))?.entries ?? [];
  await store.conflict(entry?.mutationId ?? '', {
    resource: note({ data: 'theirs' }),
    versionId: '2',
    serverTime: serverTime(2),
  });
  expect(await store.lateWork(CLIENT)).toEqual([]);
  const unsent = await store.unsentOf(CLIENT);
  expect(unsent).toMatchObject({ entries: [{ key: NOTE_KEY }], conflicts: [{ key: NOTE_KEY }] });
  await write({ data: 'theirs', '18776-5': 'typed after it was sealed' });
  expect(await store.eraseClient(CLIENT, { work: unsent, sha256: 'h' })).toBe('waiting');
  const work = await store.unsentOf(CLIENT);
  expect(await store.eraseClient(CLIENT, { work, sha256: 'h' })).toBe('erased');
  expect(await store.recentHandovers(10)).toMatchObject([{ way: 'sealed', receipt: 'h' }]);
  expect(await store.get(NOTE_KEY)).toBeUndefined();
});

test('D3, O4: what is typed while a text is on its way to the inbox goes under an id of its own', async () => {
  await write({ data: 'sent' });
  const [first] = (await store.nextBatch(LIMITS))?.entries ?? [];
  await store.park(first?.mutationId ?? '', { code: 'forbidden', text: 'not yours' });
  const submitted = async () => {
    const units = await store.lateWork(CLIENT);
    return units === 'typing' ? [] : units.flatMap(({ entries }) => entries);
  };
  const ids = new Set((await submitted()).map(({ mutationId }) => mutationId));
  expect((await submitted()).map(({ mutationId }) => mutationId)).toEqual([...ids]);
  await write({ data: 'sent and more' });
  await store.handedOver([
    { mutationId: [...ids][0] ?? '', receipt: { way: 'review', receipt: 'item', at: serverTime(2) } },
  ]);
  const [second] = await submitted();
  expect(second?.body).toContain('sent and more');
  expect(ids.has(second?.mutationId ?? '')).toBe(false);

  await write({ data: 'sent and more and more' });
  const [third] = await submitted();
  expect(third?.body).toContain('more and more');
  expect(third?.mutationId).not.toBe(second?.mutationId);
  await store.handedOver([
    { mutationId: third?.mutationId ?? '', receipt: { way: 'review', receipt: 'item', at: serverTime(3) } },
  ]);
  expect(await submitted()).toEqual([]);
});

test('S3: of the clients who ever left, those that this device holds are let go, and no others', async () => {
  const lost = (clientId: string) => ({ kind: 'access-lost', clientId }) as const;
  await store.applyPage({ entries: [lost(CLIENT), lost('never here')], cursor: 'opening' });
  expect(await store.clientsToErase()).toEqual([CLIENT]);
});

test('D3: a text that a decision did not choose is sealed with the rest before its client goes: nobody else has it', async () => {
  await write({ data: 'mine' });
  const [entry] = (await store.nextBatch(LIMITS))?.entries ?? [];
  const id = entry?.mutationId ?? '';
  await store.conflict(id, { resource: note({ data: 'theirs' }), versionId: '2', serverTime: serverTime(2) });
  const detail = await store.attention(id);
  await store.decideConflict(id, { resource: note({ data: 'theirs' }), basedOn: detail?.revision ?? 0 });
  const [again] = (await store.nextBatch(LIMITS))?.entries ?? [];
  await store.acknowledge([
    { mutationId: again?.mutationId ?? '', version: { versionId: '3', serverTime: serverTime(3) } },
  ]);
  expect(await store.lateWork(CLIENT)).toEqual([]);
  expect(await store.eraseClient(CLIENT)).toBe('waiting');
  const work = await store.unsentOf(CLIENT);
  expect(JSON.stringify(work)).toContain('mine');
  expect(await store.eraseClient(CLIENT, { work, sha256: 'h' })).toBe('erased');
});

test('O4: what follows a text that the inbox has names no version, when the device was restarted in between too', async () => {
  await write({ data: 'one' });
  await write({ data: 'two' }, 'Practitioner/p2');
  const conditions = async () => {
    const units = await store.lateWork(CLIENT);
    return units === 'typing' ? [] : units.flatMap(({ entries }) => entries.map(({ ifMatch }) => ifMatch));
  };
  expect(await conditions()).toEqual(['1', null]);
  const [first] = await store.listOutbox(1);
  const receipt = { way: 'review', receipt: 'item', at: serverTime(2) } as const;
  await store.handedOver([{ mutationId: first?.mutationId ?? '', receipt }]);
  store = await fixture.restart();
  expect(await conditions()).toEqual([null]);
  const [second] = await store.listOutbox(1);
  await store.handedOver([{ mutationId: second?.mutationId ?? '', receipt }]);
  await write({ data: 'three' });
  expect(await conditions()).toEqual([null]);
});
