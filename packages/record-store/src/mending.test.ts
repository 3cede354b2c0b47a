import { type Composition, withNoteSections } from '@fieldchart/clinical';
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

let fixture: Awaited<ReturnType<typeof openTestStore>>;
let store: RecordStore;

beforeEach(async () => {
  fixture = await openTestStore();
  ({ store } = fixture);
});
afterEach(async () => {
  await fixture.end();
});

const REFUSED = { code: 'business-rule', text: 'the plan is missing' };
const BOB = 'Practitioner/p2';

/** A client, a visit and a note that the server holds at version 1. */
async function onServer(texts: Record<string, string> = { data: 'first' }) {
  const entries = [patient(), visit(), note(texts)].map((resource) => pulled(resource, 1));
  await store.applyPage({ entries, cursor: 'c1' });
}
async function revision(key = NOTE_KEY) {
  return (await store.get(key))?.revision ?? 0;
}
async function write(resource: Composition, author = AUTHOR) {
  return await store.recordChange({ resource, basedOn: await revision() }, author);
}
async function send() {
  const batch = await store.nextBatch(LIMITS);
  return batch?.entries ?? [];
}
async function refuse() {
  const [entry] = await send();
  await store.park(entry?.mutationId ?? '', REFUSED);
  return entry?.mutationId ?? '';
}
const sentTexts = async () => (await send()).map(({ body }) => textsOf(JSON.parse(body)));
const superseded = async () =>
  (await store.database.all<{ resource: string }>('SELECT resource FROM superseded ORDER BY id')).map(
    ({ resource }) => JSON.parse(resource) as { resourceType: string; status?: string },
  );

test('O4, O5: a refused entry is sent again as it is under a new id, and what it held flows again', async () => {
  await store.recordChange({ resource: patient(), basedOn: 0 }, AUTHOR);
  await store.recordChange({ resource: visit(), basedOn: 0 }, AUTHOR);
  const id = await refuse();
  expect(await store.outboxCounts()).toMatchObject({ parked: 1, held: 1 });
  expect(await store.listAttention(10)).toMatchObject([
    { mutationId: id, key: `Patient/${CLIENT}`, reason: REFUSED, holds: 1, inConflict: false },
  ]);
  await store.resend(id);
  const [again] = await send();
  expect(again).toMatchObject({ key: `Patient/${CLIENT}`, kind: 'create', ifMatch: null });
  expect(again?.mutationId).not.toBe(id);
  expect(await store.listAttention(10)).toEqual([]);
  expect(await store.outboxCounts()).toMatchObject({ parked: 0, held: 0, waiting: 1, attempted: 1 });
});

test('D2, O5: a mend is sent in place of what was refused, which is kept; a stale one changes nothing', async () => {
  await onServer();
  await write(note({ data: 'wrong' }));
  const id = await refuse();
  expect(await store.attention(id)).toMatchObject({ choices: ['mend', 'resend'], conflict: null });
  const mended = { resource: note({ data: 'right' }), basedOn: await revision() };
  await expect(store.mend(id, { ...mended, basedOn: mended.basedOn - 1 })).rejects.toMatchObject({
    code: 'STORE_WRONG_BASE',
  });
  expect(await store.mend(id, mended)).toMatchObject({ signatureWithdrawn: false });
  expect(await sentTexts()).toEqual([{ data: 'right' }]);
  expect((await superseded()).map(textsOf)).toEqual([{ data: 'wrong' }]);
  await expect(store.mend(id, mended)).rejects.toMatchObject({ code: 'STORE_NOT_PARKED' });
});

test('O2, O5: what was typed while the refused text was on its way joins it, and goes with the mend', async () => {
  await onServer();
  await write(note({ data: 'sent' }));
  const [attempted] = await send();
  await write(note({ data: 'sent', '18776-5': 'typed meanwhile' }));
  await store.park(attempted?.mutationId ?? '', REFUSED);
  expect(await store.outboxCounts()).toMatchObject({ parked: 1, held: 0 });
  await store.resend(attempted?.mutationId ?? '');
  expect(await sentTexts()).toEqual([{ data: 'sent', '18776-5': 'typed meanwhile' }]);
});

test('O5: a mend is carried over into a later edit that stays apart', async () => {
  await onServer();
  await write(note({ data: 'wrong' }));
  const [attempted] = await send();
  await write(note({ data: 'wrong', '18776-5': 'by bob' }), BOB);
  await store.park(attempted?.mutationId ?? '', REFUSED);
  expect(await store.outboxCounts()).toMatchObject({ parked: 1, held: 1 });
  await store.mend(attempted?.mutationId ?? '', {
    resource: note({ data: 'right' }),
    basedOn: await revision(),
  });
  const [first] = await send();
  expect(textsOf(JSON.parse(first?.body ?? ''))).toEqual({ data: 'right' });
  await store.acknowledge(first?.mutationId ?? '', { versionId: '2', serverTime: serverTime(2) });
  expect(await sentTexts()).toEqual([{ data: 'right', '18776-5': 'by bob' }]);
});

test('C2, O5: a mend under a signed text takes the signature back, keeps it, and asks for a new one', async () => {
  await onServer();
  await write(note({ data: 'wrong' }));
  const [attempted] = await send();
  const final = signed(note({ data: 'wrong', '18776-5': 'plan' }));
  await store.recordGroup(
    [
      { resource: final, basedOn: await revision() },
      { resource: signature(final), basedOn: 0 },
    ],
    AUTHOR,
  );
  await store.park(attempted?.mutationId ?? '', REFUSED);
  const mended = await store.mend(attempted?.mutationId ?? '', {
    resource: note({ data: 'right' }),
    basedOn: await revision(),
  });
  expect(mended.signatureWithdrawn).toBe(true);
  const held = (await store.get(NOTE_KEY))?.resource as Composition;
  expect(held.status).toBe('preliminary');
  expect(textsOf(held)).toEqual({ data: 'right', '18776-5': 'plan' });
  expect((await superseded()).map(({ resourceType }) => resourceType).toSorted()).toEqual([
    'Composition',
    'Composition',
    'Provenance',
  ]);
});

test('C1: a record that moved at another place is joined and sent again under a new id, and nobody is asked', async () => {
  await onServer();
  await write(note({ data: 'first, mine' }));
  const [entry] = await send();
  const theirs = note({ data: 'first', '18776-5': 'theirs' });
  await store.conflict(entry?.mutationId ?? '', {
    resource: theirs,
    versionId: '2',
    serverTime: serverTime(2),
  });
  expect(await store.listAttention(10)).toEqual([]);
  const [again] = await send();
  expect(again).toMatchObject({ ifMatch: '2', kind: 'update' });
  expect(again?.mutationId).not.toBe(entry?.mutationId);
  expect(textsOf(JSON.parse(again?.body ?? ''))).toEqual({ data: 'first, mine', '18776-5': 'theirs' });
});

test('C1: both changed one text: both are shown, the server stands, and what a person decides is sent over it', async () => {
  await onServer();
  await write(note({ data: 'mine' }));
  const [entry] = await send();
  const id = entry?.mutationId ?? '';
  const theirs = note({ data: 'theirs' });
  await store.conflict(id, { resource: theirs, versionId: '2', serverTime: serverTime(2) });
  const detail = await store.attention(id);
  expect(detail).toMatchObject({ choices: ['decide'], inConflict: true, reason: { code: 'conflict' } });
  expect([detail?.standing, detail?.conflict?.mine, detail?.conflict?.theirs].map(textsOf)).toEqual([
    { data: 'theirs' },
    { data: 'mine' },
    { data: 'theirs' },
  ]);
  await expect(store.resend(id)).rejects.toMatchObject({ code: 'STORE_CONFLICT_OPEN' });
  await store.decideConflict(id, { resource: note({ data: 'both' }), basedOn: detail?.revision ?? 0 });
  expect((await store.get(NOTE_KEY))?.inConflict).toBe(false);
  const [again] = await send();
  expect(again).toMatchObject({ ifMatch: '2' });
  expect(textsOf(JSON.parse(again?.body ?? ''))).toEqual({ data: 'both' });
  const kept = await store.database.all<{ mine: string; theirs: string }>(
    'SELECT mine, theirs FROM conflicts',
  );
  expect(
    kept.map(({ mine, theirs: other }) => [textsOf(JSON.parse(mine)), textsOf(JSON.parse(other))]),
  ).toEqual([[{ data: 'mine' }, { data: 'theirs' }]]);
});

test('C1: whoever decides sees the latest text of the other side', async () => {
  await onServer();
  await write(note({ data: 'mine' }));
  const [entry] = await send();
  const id = entry?.mutationId ?? '';
  await store.conflict(id, {
    resource: note({ data: 'theirs' }),
    versionId: '2',
    serverTime: serverTime(2),
  });
  await store.applyPage({ entries: [pulled(note({ data: 'theirs, later' }), 3)], cursor: 'c3' });
  const detail = await store.attention(id);
  expect(textsOf(detail?.conflict?.theirs)).toEqual({ data: 'theirs, later' });
  expect(textsOf(detail?.conflict?.mine)).toEqual({ data: 'mine' });
});

test('a create that met the record of another goes again as a change of that one', async () => {
  await store.applyPage({ entries: [patient(), visit()].map((one) => pulled(one, 1)), cursor: 'c1' });
  await write(note({ data: 'mine' }));
  const [entry] = await send();
  const id = entry?.mutationId ?? '';
  await store.conflict(id, { resource: note({ data: 'theirs' }), versionId: '1', serverTime: serverTime(1) });
  await store.decideConflict(id, { resource: note({ data: 'mine' }), basedOn: await revision() });
  expect(await send()).toMatchObject([{ kind: 'update', ifMatch: '1' }]);
});

async function signOnServer() {
  await onServer();
  const final = signed(note({ data: 'signed' }));
  await store.recordGroup(
    [
      { resource: final, basedOn: await revision() },
      { resource: signature(final), basedOn: 0 },
    ],
    AUTHOR,
  );
  return await send();
}
const noteId = (entries: readonly { readonly mutationId: string; readonly key: string }[]) =>
  entries.find(({ key }) => key === NOTE_KEY)?.mutationId ?? '';

test('C2, O5, O6: a refused signature is one item, and is taken back to be changed and signed anew', async () => {
  const group = await signOnServer();
  await store.park(group[1]?.mutationId ?? '', REFUSED);
  const items = await store.listAttention(10);
  expect(items).toMatchObject([{ key: NOTE_KEY, mutationId: noteId(group) }]);
  const id = items[0]?.mutationId ?? '';
  expect((await store.attention(id))?.choices).toEqual(['resend', 'return-to-draft']);
  const text = { resource: note({ data: 'other' }), basedOn: await revision() };
  await expect(store.mend(id, text)).rejects.toMatchObject({ code: 'STORE_SIGNED' });
  await store.returnToDraft(id);
  const held = (await store.get(NOTE_KEY))?.resource as Composition;
  expect(held).toMatchObject({ status: 'preliminary' });
  expect(held.attester).toBeUndefined();
  expect(await store.outboxCounts()).toMatchObject({ parked: 0, waiting: 1 });
  expect((await superseded()).map(({ resourceType }) => resourceType)).toEqual(['Composition', 'Provenance']);
  await write(withNoteSections(held, { data: 'changed' }));
  expect(await sentTexts()).toEqual([{ data: 'changed' }]);
});

test('C2, O6: a signed text goes unchanged over the draft of another, which is kept as a conflict', async () => {
  const group = await signOnServer();
  const theirs = { resource: note({ data: 'theirs' }), versionId: '2', serverTime: serverTime(2) };
  await store.conflict(noteId(group), theirs);
  const [item] = await store.listAttention(10);
  await expect(store.keepTheirs(item?.mutationId ?? '')).rejects.toMatchObject({
    code: 'STORE_CONFLICT_OPEN',
  });
  await store.resend(item?.mutationId ?? '');
  const again = await send();
  expect(again).toMatchObject([
    { key: NOTE_KEY, ifMatch: '2', body: group[0]?.body },
    { kind: 'create', ifMatch: null },
  ]);
  expect(await store.database.all('SELECT id FROM conflicts WHERE decided = 1')).toHaveLength(1);
});

test('C2: a signed text in conflict is returned to draft, and decided like any other', async () => {
  const group = await signOnServer();
  const theirs = { resource: note({ data: 'theirs' }), versionId: '2', serverTime: serverTime(2) };
  await store.conflict(noteId(group), theirs);
  const [item] = await store.listAttention(10);
  await store.returnToDraft(item?.mutationId ?? '');
  const detail = await store.attention(item?.mutationId ?? '');
  expect(detail?.choices).toEqual(['decide']);
  await store.decideConflict(detail?.mutationId ?? '', {
    resource: note({ data: 'signed and theirs' }),
    basedOn: detail?.revision ?? 0,
  });
  const [again] = await send();
  expect(again).toMatchObject({ ifMatch: '2' });
  expect(textsOf(JSON.parse(again?.body ?? ''))).toEqual({ data: 'signed and theirs' });
});

test('an entry says why it waits, and a refused one can be exported whole', async () => {
  await store.recordChange({ resource: patient(), basedOn: 0 }, AUTHOR);
  await store.recordChange({ resource: visit(), basedOn: 0 }, AUTHOR);
  await store.recordChange({ resource: note({ data: 'one' }), basedOn: 0, typing: true }, AUTHOR);
  await store.recordChange({ resource: note({ data: 'two' }), basedOn: 1, typing: true }, AUTHOR);
  const [client, encounter, written] = await store.listOutbox(10);
  const why = async (id = '') => await store.explainEntry(id);
  expect(await why(client?.mutationId)).toEqual({ why: 'ready', because: [], edits: 1, apart: 'first' });
  expect(await why(encounter?.mutationId)).toMatchObject({ why: 'needs', because: [`Patient/${CLIENT}`] });
  expect(await why(written?.mutationId)).toMatchObject({ why: 'needs', edits: 2 });
  const id = await refuse();
  expect(await why(id)).toMatchObject({ why: 'parked' });
  expect(await why(written?.mutationId)).toMatchObject({ why: 'held', because: [`Patient/${CLIENT}`] });
  expect(await store.exportUnit(id)).toMatchObject({
    reason: REFUSED,
    entries: [{ key: `Patient/${CLIENT}`, state: 'parked', resource: { id: CLIENT } }],
    conflicts: [],
  });
  expect(await why('gone')).toBeUndefined();
});

test('a draft that somebody types in says so', async () => {
  await onServer();
  await store.recordChange(
    { resource: note({ data: 'typing' }), basedOn: await revision(), typing: true },
    AUTHOR,
  );
  const [entry] = await store.listOutbox(1);
  expect(await store.explainEntry(entry?.mutationId ?? '')).toMatchObject({ why: 'draft' });
});

test('C1: of two conflicts on one record each is decided on sight of its own texts', async () => {
  await onServer();
  await write(note({ data: 'mine' }));
  await store.applyPage({ entries: [pulled(note({ data: 'theirs' }), 2)], cursor: 'c2' });
  await write(note({ data: 'theirs and my second' }));
  await store.applyPage({ entries: [pulled(note({ data: 'their second' }), 3)], cursor: 'c3' });
  const seen: unknown[] = [];
  for (let item = (await store.listAttention(9))[0]; item !== undefined;) {
    const detail = await store.attention(item.mutationId);
    seen.push(textsOf(detail?.conflict?.mine)['data']);
    const resource = note({ data: seen.join(', ') });
    await store.decideConflict(item.mutationId, { resource, basedOn: detail?.revision ?? 0 });
    [item] = await store.listAttention(9);
  }
  expect(seen).toEqual(['theirs and my second', 'mine']);
  expect(await sentTexts()).toEqual([{ data: 'theirs and my second, mine' }]);
});

test('C2: what was signed elsewhere stands word for word; an edit of another section is kept aside and never joined', async () => {
  for (const [way, meet] of [
    [
      'pulled',
      async (_id: string, theirs: Composition) => {
        await store.applyPage({ entries: [pulled(theirs, 2)], cursor: 'c2' });
      },
    ],
    [
      'refused',
      async (id: string, theirs: Composition) => {
        await store.conflict(id, { resource: theirs, versionId: '2', serverTime: serverTime(2) });
      },
    ],
  ] as const) {
    await fixture.end();
    fixture = await openTestStore();
    ({ store } = fixture);
    await onServer();
    await write(note({ data: 'first', '18776-5': 'mine' }));
    const id = way === 'refused' ? ((await send())[0]?.mutationId ?? '') : '';
    const theirs = signed(note({ data: 'theirs, signed' }));
    await meet(id, theirs);
    expect(textsOf((await store.get(NOTE_KEY))?.resource)).toEqual({ data: 'theirs, signed' });
    const [item] = await store.listAttention(10);
    const detail = await store.attention(item?.mutationId ?? '');
    expect(detail?.choices).toEqual(['keep-theirs']);
    expect(textsOf(detail?.conflict?.mine)).toEqual({ data: 'first', '18776-5': 'mine' });
    expect(textsOf((await store.exportUnit(item?.mutationId ?? ''))?.entries[0]?.resource)).toMatchObject({
      '18776-5': 'mine',
    });
    const text = { resource: note({ data: 'over it' }), basedOn: await revision() };
    await expect(store.decideConflict(item?.mutationId ?? '', text)).rejects.toMatchObject({
      code: 'STORE_SIGNED',
    });
    expect(await send()).toEqual([]);
    await store.keepTheirs(item?.mutationId ?? '');
    expect(await store.listAttention(10)).toEqual([]);
    expect(await store.outboxCounts()).toMatchObject({ waiting: 0, parked: 0, held: 0 });
    expect(await store.get(NOTE_KEY)).toMatchObject({ inConflict: false, versionId: '2' });
    expect((await superseded()).map(textsOf)).toContainEqual({ data: 'first', '18776-5': 'mine' });
  }
});

test('C2, O6: a signature of ours over what another signed first is kept aside whole', async () => {
  const group = await signOnServer();
  const theirs = signed(note({ data: 'theirs, signed' }));
  await store.conflict(noteId(group), { resource: theirs, versionId: '2', serverTime: serverTime(2) });
  const [item] = await store.listAttention(10);
  expect((await store.attention(item?.mutationId ?? ''))?.choices).toEqual(['keep-theirs']);
  for (const way of ['resend', 'returnToDraft'] as const) {
    await expect(store[way](item?.mutationId ?? '')).rejects.toMatchObject({ code: 'STORE_SIGNED' });
  }
  await store.keepTheirs(item?.mutationId ?? '');
  expect(textsOf((await store.get(NOTE_KEY))?.resource)).toEqual({ data: 'theirs, signed' });
  expect(await store.outboxCounts()).toMatchObject({ waiting: 0, attempted: 0, parked: 0, held: 0 });
  expect((await superseded()).map(({ resourceType }) => resourceType).toSorted()).toEqual([
    'Composition',
    'Provenance',
  ]);
});

test('C2: a draft that meets the signed note is not merged into it: the signed text stands, ours is kept', async () => {
  await onServer({ data: 'first' });
  await write(note({ data: 'first', '18776-5': 'a plan that nobody signed' }));
  const final = signed(note({ data: 'first' }));
  await store.applyPage({ entries: [pulled(final, 2)], cursor: 'c2' });
  expect((await store.get(NOTE_KEY))?.resource).toEqual(final);
  expect(await send()).toEqual([]);
  const [conflict] = await store.conflictsOf(NOTE_KEY);
  expect(textsOf(conflict?.mine)).toEqual({ data: 'first', '18776-5': 'a plan that nobody signed' });
});

test('C2, O6: a signature that waited behind a draft goes aside with it when the signed text of another is kept', async () => {
  await onServer();
  await write(note({ data: 'mine' }));
  const [draft] = await send();
  const final = signed(note({ data: 'mine' }));
  await store.recordGroup(
    [
      { resource: final, basedOn: await revision() },
      { resource: signature(final), basedOn: 0 },
    ],
    AUTHOR,
  );
  const theirs = { resource: signed(note({ data: 'theirs' })), versionId: '2', serverTime: serverTime(2) };
  await store.conflict(draft?.mutationId ?? '', theirs);
  const [item] = await store.listAttention(10);
  await store.keepTheirs(item?.mutationId ?? '');
  expect(await store.outboxCounts()).toMatchObject({ waiting: 0, parked: 0, held: 0 });
  expect((await superseded()).map(({ resourceType }) => resourceType)).toContain('Provenance');
  expect(textsOf((await store.get(NOTE_KEY))?.resource)).toEqual({ data: 'theirs' });
});
