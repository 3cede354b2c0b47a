import { type Composition, noteSections } from '@fieldchart/clinical';
import type { RecordStore } from '@fieldchart/record-store';
import { afterEach, beforeEach, expect, test } from 'vitest';
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
  VISIT,
  visit,
} from '../../record-store/src/testing/storeFixture.ts';
import { createAnswers } from './answers.ts';
import type { Settling } from './queries.ts';
import { createSettling } from './settling.ts';

let fixture: Awaited<ReturnType<typeof openTestStore>>;
let store: RecordStore;
let settling: Settling;
let log: string[];

beforeEach(async () => {
  fixture = await openTestStore();
  ({ store } = fixture);
  log = [];
  settling = createSettling({
    store,
    clock: fixture.clock,
    audit: {
      append: (action, details) => Promise.resolve(void log.push(`${action} ${JSON.stringify(details)}`)),
    },
    syncSoon: () => log.push('sync'),
  });
});
afterEach(async () => {
  await fixture.end();
});

const REFUSED = { code: 'business-rule', text: 'the plan is missing' };
const answer = () => createAnswers(store, 'p1', fixture.clock);
const shown = async (mutationId: string) => {
  const found = await answer()({ kind: 'attention', mutationId });
  if (found === null) throw new Error('There is nothing to settle');
  return found;
};
const send = async () => (await store.nextBatch(LIMITS))?.entries ?? [];
const textsOf = (body = '') =>
  Object.fromEntries(noteSections(JSON.parse(body) as Composition).map(({ code, text }) => [code, text]));

async function onServer() {
  const entries = [patient(), visit(), note({ data: 'first' })].map((resource) => pulled(resource, 1));
  await store.applyPage({ entries, cursor: 'c1' });
}
async function write(text: string) {
  const { revision = 0 } = (await store.get(NOTE_KEY)) ?? {};
  await store.recordChange({ resource: note({ data: text }), basedOn: revision }, AUTHOR);
}
async function refusedNote() {
  await onServer();
  await write('wrong');
  const [entry] = await send();
  await store.park(entry?.mutationId ?? '', REFUSED);
  return entry?.mutationId ?? '';
}
async function conflictedNote(theirs = note({ data: 'theirs', '18776-5': 'their plan' })) {
  await onServer();
  await write('mine');
  const [entry] = await send();
  await store.conflict(entry?.mutationId ?? '', {
    resource: theirs,
    versionId: '2',
    serverTime: serverTime(2),
  });
  return entry?.mutationId ?? '';
}
async function signedOnDevice() {
  await onServer();
  const final = signed(note({ data: 'signed' }));
  const provenance = signature(final);
  const { revision = 0 } = (await store.get(NOTE_KEY)) ?? {};
  await store.recordGroup(
    [
      { resource: final, basedOn: revision },
      { resource: provenance, basedOn: 0 },
    ],
    AUTHOR,
  );
  return await send();
}

test('O5: a refused note is shown with its reason and its texts, is mended, and is sent at once', async () => {
  const mutationId = await refusedNote();
  const detail = await shown(mutationId);
  expect(detail).toMatchObject({
    reason: REFUSED,
    choices: ['mend', 'resend'],
    changedBy: null,
    signed: false,
    conflict: null,
  });
  expect(detail.fields[0]).toMatchObject({ code: 'data', text: 'wrong' });
  const mended = await settling.mendRefused({ mutationId, seen: detail.seen, texts: { data: 'right' } });
  expect(mended).toMatchObject({
    ok: true,
    value: { resourceType: 'Composition', signatureWithdrawn: false },
  });
  expect(log).toEqual(['sync']);
  expect((await send()).map(({ body }) => textsOf(body)['data'])).toEqual(['right']);
  expect(await settling.mendRefused({ mutationId, seen: detail.seen, texts: {} })).toMatchObject({
    error: { kind: 'settled' },
  });
});

test('D2: a mend of a text that has moved since it was shown changes nothing', async () => {
  const mutationId = await refusedNote();
  const { seen } = await shown(mutationId);
  await write('typed since');
  expect(await settling.mendRefused({ mutationId, seen, texts: { data: 'right' } })).toMatchObject({
    error: { kind: 'moved' },
  });
  expect((await shown(mutationId)).fields[0]).toMatchObject({ text: 'typed since' });
  expect(log).toEqual([]);
});

test('a refused unit is sent again unchanged', async () => {
  const mutationId = await refusedNote();
  expect(await settling.resendRefused(mutationId)).toMatchObject({ ok: true });
  expect((await send()).map(({ body }) => textsOf(body)['data'])).toEqual(['wrong']);
});

test('C1: a conflict is decided field by field: what was chosen, and what both sides come to', async () => {
  const mutationId = await conflictedNote();
  const { seen, choices, conflict } = await shown(mutationId);
  expect(choices).toEqual(['decide']);
  expect(conflict?.fields.map(({ open }) => open)).toEqual([true, false, false]);
  expect(await settling.decideConflict({ mutationId, seen, texts: {} })).toMatchObject({
    error: { kind: 'undecided' },
  });
  expect(await settling.resendRefused(mutationId)).toMatchObject({ error: { kind: 'conflict' } });
  const outcome = await settling.decideConflict({ mutationId, seen, texts: { data: 'mine and theirs' } });
  expect(outcome).toMatchObject({ ok: true });
  const [sent] = await send();
  expect(sent?.ifMatch).toBe('2');
  expect(textsOf(sent?.body)).toEqual({ data: 'mine and theirs', '51848-0': '', '18776-5': 'their plan' });
});

test('C1: a decision made on a text of the other side that has changed since is not taken', async () => {
  const mutationId = await conflictedNote();
  const { seen } = await shown(mutationId);
  await store.applyPage({ entries: [pulled(note({ data: 'theirs, later' }), 3)], cursor: 'c3' });
  expect(await settling.decideConflict({ mutationId, seen, texts: { data: 'mine' } })).toMatchObject({
    error: { kind: 'moved' },
  });
});

test('C2: over what is signed at the server no text is offered, and none is taken', async () => {
  const mutationId = await conflictedNote(signed(note({ data: 'theirs' })));
  const { seen, choices, conflict } = await shown(mutationId);
  expect(conflict).toMatchObject({ theirsSigned: true });
  expect(choices).toEqual(['keep-theirs']);
  expect(await settling.decideConflict({ mutationId, seen, texts: { data: 'mine' } })).toMatchObject({
    error: { kind: 'signed' },
  });
});

test('C2, O6: a refused signature is one item by any of its entries, and goes back to draft', async () => {
  const group = await signedOnDevice();
  for (const { mutationId } of group) await store.park(mutationId, REFUSED);
  const outbox = await answer()({ kind: 'outbox' });
  expect(outbox.needsYou.map(({ resourceType }) => resourceType)).toEqual(['Composition']);
  expect(outbox.counts).toMatchObject({ needsYou: 1, held: 0 });
  const signature = group.find(({ key }) => key.startsWith('Provenance/'))?.mutationId ?? '';
  expect(await shown(signature)).toMatchObject({
    resourceType: 'Composition',
    signed: true,
    choices: ['resend', 'return-to-draft'],
  });
  expect(await settling.returnToDraft(signature)).toMatchObject({
    ok: true,
    value: { resourceType: 'Composition', signatureWithdrawn: true },
  });
  expect(await answer()({ kind: 'attention', mutationId: signature })).toBeNull();
});

test('a client or a visit has no draft to return to', async () => {
  await store.recordChange({ resource: patient(), basedOn: 0 }, AUTHOR);
  const [entry] = await send();
  await store.park(entry?.mutationId ?? '', REFUSED);
  expect(await settling.returnToDraft(entry?.mutationId ?? '')).toMatchObject({
    error: { kind: 'no-draft' },
  });
});

test('a record that would not be valid is not queued', async () => {
  await store.recordChange({ resource: patient(), basedOn: 0 }, AUTHOR);
  const [entry] = await send();
  const mutationId = entry?.mutationId ?? '';
  await store.park(mutationId, REFUSED);
  const { seen } = await shown(mutationId);
  expect(await settling.mendRefused({ mutationId, seen, texts: { birthDate: 'in spring' } })).toMatchObject({
    error: { kind: 'invalid' },
  });
  expect(await settling.mendRefused({ mutationId, seen, texts: { birthDate: '1990-05-06' } })).toMatchObject({
    ok: true,
  });
});

test('an export is written down before it is handed out, and holds reason, texts and both sides', async () => {
  const mutationId = await conflictedNote();
  const exported = await settling.exportRefused(mutationId);
  expect(log).toEqual([`export {"record":"${NOTE_KEY}","mutation":"${mutationId}"}`]);
  expect(exported?.conflicts[0]?.theirs?.[0]).toMatchObject({ code: 'data', text: 'theirs' });
  expect(exported?.conflicts[0]?.mine[0]).toMatchObject({ text: 'mine' });
  expect(JSON.parse(exported?.json ?? '')).toMatchObject({ reason: { code: 'conflict' } });
  expect(await settling.exportRefused('gone')).toBeNull();
});

test('nothing is handed out where it cannot be written down', async () => {
  const mutationId = await refusedNote();
  const unrecorded = createSettling({
    store,
    clock: fixture.clock,
    audit: {
      append: () => Promise.reject(new Error('disk full')),
    },
    syncSoon: () => {},
  });
  await expect(unrecorded.exportRefused(mutationId)).rejects.toThrow('disk full');
});

test('each change says why it stands where it stands, with the names of what it waits for', async () => {
  await store.recordChange({ resource: patient(), basedOn: 0 }, AUTHOR);
  await store.recordChange({ resource: visit(), basedOn: 0 }, AUTHOR);
  await store.recordChange({ resource: note({ data: 'one' }), basedOn: 0, typing: true }, AUTHOR);
  await store.recordChange({ resource: note({ data: 'two' }), basedOn: 1, typing: true }, AUTHOR);
  const [client, encounter, written] = (await store.listOutbox(9)).map(({ mutationId }) => mutationId);
  const mutationIds = [client, encounter, written, 'gone'].map((id) => id ?? '');
  const explained = await answer()({ kind: 'explanations', mutationIds });
  expect(Object.keys(explained)).toHaveLength(3);
  expect(explained[client ?? '']).toMatchObject({ why: 'ready', because: [] });
  expect(explained[encounter ?? '']).toMatchObject({
    why: 'needs',
    because: [{ resourceType: 'Patient', resourceId: CLIENT, isNew: true, attentionId: null }],
  });
  expect(explained[written ?? '']).toMatchObject({ edits: 2 });

  const [entry] = await send();
  await store.park(entry?.mutationId ?? '', REFUSED);
  const held = await answer()({ kind: 'explanations', mutationIds });
  expect(held[written ?? '']).toMatchObject({
    why: 'held',
    because: [{ resourceType: 'Patient', attentionId: entry?.mutationId }],
  });
  expect(await answer()({ kind: 'outbox' })).toMatchObject({
    needsYou: [{ holds: 2, clientId: CLIENT }],
    counts: { needsYou: 1, held: 2, waiting: 0 },
  });
});

test('lists, chart and note lead to what needs a person', async () => {
  const mutationId = await refusedNote();
  const caseload = { kind: 'caseload', search: '', filter: 'all', sort: 'name', limit: 9 } as const;
  expect((await answer()(caseload)).rows).toMatchObject([{ clientId: CLIENT, needsYou: true }]);
  expect(await answer()({ kind: 'chart', clientId: CLIENT })).toMatchObject({ attention: [{ mutationId }] });
  const noteId = NOTE_KEY.split('/')[1] ?? '';
  expect(await answer()({ kind: 'note', noteId })).toMatchObject({
    attentionId: mutationId,
    inConflict: false,
    visitId: VISIT,
  });
  await settling.resendRefused(mutationId);
  expect((await answer()(caseload)).rows).toMatchObject([{ needsYou: false }]);
  expect(await answer()({ kind: 'note', noteId })).toMatchObject({ attentionId: null });
});
