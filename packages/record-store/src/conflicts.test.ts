import { expect, test } from 'vitest';
import {
  store,
  onServer,
  revision,
  write,
  send,
  sentTexts,
  superseded,
  signOnServer,
  noteId,
  openStoreForEachTest,
} from './testing/sentNote.ts';
import {
  AUTHOR,
  NOTE_KEY,
  note,
  patient,
  pulled,
  serverTime,
  signature,
  signed,
  textsOf,
  visit,
} from './testing/storeFixture.ts';

openStoreForEachTest();

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

test('C1: a conflict is decided on sight of its texts, though the record has gone from the server meanwhile', async () => {
  await onServer();
  await write(note({ data: 'mine' }));
  await store.applyPage({ entries: [pulled(note({ data: 'theirs' }), 2)], cursor: 'c2' });
  await store.applyPage({ entries: [{ ...pulled(note({}), 3), resource: null }], cursor: 'c3' });
  const [gone] = await store.listAttention(9);
  expect(await store.attention(gone?.mutationId ?? '')).toMatchObject({ choices: ['resend'] });
  await store.resend(gone?.mutationId ?? '');
  expect(await send()).toEqual([]);
  const [item] = await store.listAttention(9);
  const detail = await store.attention(item?.mutationId ?? '');
  expect(detail).toMatchObject({ choices: ['decide'] });
  expect(textsOf(detail?.conflict?.mine)).toEqual({ data: 'mine' });
  const resource = note({ data: 'mine and theirs' });
  await store.decideConflict(detail?.mutationId ?? '', { resource, basedOn: detail?.revision ?? 0 });
  expect(await sentTexts()).toEqual([{ data: 'mine and theirs' }]);
});

test.each(['pulled', 'refused'] as const)(
  'C2: what was signed elsewhere and is %s stands word for word; an edit of another section is kept aside and never joined',
  async (way) => {
    await onServer();
    await write(note({ data: 'first', '18776-5': 'mine' }));
    const theirs = signed(note({ data: 'theirs, signed' }));
    if (way === 'pulled') await store.applyPage({ entries: [pulled(theirs, 2)], cursor: 'c2' });
    else {
      const [sent] = await send();
      const moved = { resource: theirs, versionId: '2', serverTime: serverTime(2) };
      await store.conflict(sent?.mutationId ?? '', moved);
    }
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
  },
);

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
