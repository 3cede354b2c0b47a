import { type Composition, withNoteSections } from '@fieldchart/clinical';
import { expect, test } from 'vitest';
import {
  store,
  REFUSED,
  BOB,
  onServer,
  revision,
  write,
  send,
  refuse,
  sentTexts,
  superseded,
  signOnServer,
  noteId,
  openStoreForEachTest,
} from './testing/sentNote.ts';
import {
  AUTHOR,
  CLIENT,
  NOTE_KEY,
  note,
  patient,
  serverTime,
  signature,
  signed,
  textsOf,
  visit,
} from './testing/storeFixture.ts';

openStoreForEachTest();

test('O4, O5: a refused entry is sent again as it is under a new id, and what it held flows again', async () => {
  await store.recordChange({ resource: patient(), basedOn: 0 }, AUTHOR);
  await store.recordChange({ resource: visit(), basedOn: 0 }, AUTHOR);
  const id = await refuse();
  expect(await store.outboxCounts()).toMatchObject({ parked: 1, held: 1 });
  expect(await store.listAttention(10)).toMatchObject([
    {
      mutationId: id,
      key: `Patient/${CLIENT}`,
      reason: REFUSED,
      holds: 1,
      inConflict: false,
    },
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
  await store.acknowledge([
    { mutationId: first?.mutationId ?? '', version: { versionId: '2', serverTime: serverTime(2) } },
  ]);
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
