import { createSeededRandom, silentLogger } from '@fieldchart/foundation';
import { createFakeClock } from '@fieldchart/foundation/testing';
import { expect, test } from 'vitest';
import { type FakeServer, createFakeServer } from './testing/fakeServer.ts';
import { type MemoryStore, createMemoryStore } from './testing/memoryStore.ts';
import { createFhirClient } from './fhirClient.ts';
import { type PushLoop, createPushLoop } from './pushLoop.ts';

interface Scene {
  readonly server: FakeServer;
  readonly store: MemoryStore;
  readonly push: PushLoop;
  readonly clock: ReturnType<typeof createFakeClock>;
}

function scene(): Scene {
  const clock = createFakeClock();
  const server = createFakeServer();
  const store = createMemoryStore();
  const push = createPushLoop({
    store,
    client: createFhirClient({ transport: server.transport, clock }),
    clock,
    random: createSeededRandom(1),
    logger: silentLogger,
    stopped: () => false,
    onSending: () => {},
  });
  return { server, store, push, clock };
}

test('O7: every entry of a bundle is acknowledged with its own version', async () => {
  const { server, store, push } = scene();
  store.queue({ key: 'Patient/a' });
  store.queue({ key: 'Patient/b' });
  expect(await push.run()).toBeUndefined();
  expect([...store.outcomes.values()]).toEqual(['acknowledged 1', 'acknowledged 1']);
  expect(server.log).toEqual(['push:2 ok']);
});

test('O4: after a lost answer the same bytes go again and have one effect', async () => {
  const { server, store, push } = scene();
  store.queue({ key: 'Patient/a' });
  server.faults.push('answer-lost');
  expect(await push.run()).toMatchObject({ code: 'no-answer', reachable: false });
  expect(store.outcomes.size).toBe(0);
  expect(await push.run()).toBeUndefined();
  expect(server.posted[1]).toBe(server.posted[0]);
  expect(server.versions).toHaveLength(1);
  expect([...store.outcomes.values()]).toEqual(['acknowledged 1']);
});

test('O4: a portal, a cut answer, throttling and timeouts settle nothing', async () => {
  const { server, store, push } = scene();
  store.queue({ key: 'Patient/a' });
  server.faults.push('portal', 'cut', { status: 429, headers: { 'retry-after': '30' } }, { status: 408 });
  expect(await push.run()).toMatchObject({ code: 'not-fhir', reachable: false });
  expect(await push.run()).toMatchObject({ code: 'not-fhir' });
  expect(await push.run()).toMatchObject({ code: 'http-429', reachable: true, retryAfterMs: 30_000 });
  expect(await push.run()).toMatchObject({ code: 'http-408' });
  expect(store.outcomes.size).toBe(0);
  expect(new Set(server.posted).size).toBe(1);
});

test('401 stops the push; nothing is refused by it', async () => {
  const { server, store, push } = scene();
  store.queue({ key: 'Patient/a' });
  server.faults.push({ status: 401 });
  expect(await push.run()).toEqual({ code: 'unauthorised', reachable: true });
  expect(store.outcomes.size).toBe(0);
});

test('O5: a refused entry is parked with its reason and the rest flows', async () => {
  const { server, store, push } = scene();
  server.refuse = (resource) => (resource.id === 'b' ? { status: 422, text: 'no' } : undefined);
  const ids = ['a', 'b', 'c'].map((id) => store.queue({ key: `Patient/${id}` }));
  expect(await push.run()).toBeUndefined();
  expect(ids.map((id) => store.outcomes.get(id))).toEqual([
    'acknowledged 1',
    'parked processing',
    'acknowledged 1',
  ]);
});

test('412 with our own mutation in the history is our earlier success', async () => {
  const { server, store, push } = scene();
  const mutationId = store.queue({ key: 'Patient/a', kind: 'update', ifMatch: '1' });
  server.write({ resourceType: 'Patient', id: 'a' });
  server.write({ resourceType: 'Patient', id: 'a' }, mutationId);
  server.write({ resourceType: 'Patient', id: 'a', active: true }, 'another');
  server.faults.push({ status: 200, body: refusedEntry('412') });
  await push.run();
  expect(store.outcomes.get(mutationId)).toBe('acknowledged 2');
  expect(server.log).toEqual(['push:1 200', '_history ok']);
});

test('412 with our content by a server that keeps no mutation ids is our earlier success', async () => {
  const { server, store, push } = scene();
  const mutationId = store.queue({
    key: 'Patient/a',
    kind: 'update',
    ifMatch: '1',
    body: '{"resourceType":"Patient","id":"a","name":[{"family":"Q","use":"usual"}],"meta":{"versionId":"1"}}',
  });
  server.write({ resourceType: 'Patient', id: 'a' });
  server.write({ name: [{ use: 'usual', family: 'Q' }], id: 'a', resourceType: 'Patient' });
  await push.run();
  expect(store.outcomes.get(mutationId)).toBe('acknowledged 2');
});

test('412 with another’s version, and a create that meets another’s record, are conflicts', async () => {
  const { server, store, push } = scene();
  server.write({ resourceType: 'Patient', id: 'a' }, 'one');
  server.write({ resourceType: 'Patient', id: 'a', active: true }, 'two');
  const update = store.queue({ key: 'Patient/a', kind: 'update', ifMatch: '1' });
  const create = store.queue({ key: 'Patient/a' });
  await push.run();
  expect(store.outcomes.get(update)).toBe('conflict 2');
  expect(store.outcomes.get(create)).toBe('conflict 2');
});

test('an update of what the server does not have is a conflict, never a create', async () => {
  const { server, store, push } = scene();
  const mutationId = store.queue({ key: 'Patient/a', kind: 'update', ifMatch: '3' });
  await push.run();
  expect(store.outcomes.get(mutationId)).toBe('conflict gone');
  expect(server.versions).toHaveLength(0);
});

test('a look into the history that gets no answer leaves the entry attempted, the others acknowledged', async () => {
  const { server, store, push } = scene();
  server.write({ resourceType: 'Patient', id: 'a' }, 'one');
  const create = store.queue({ key: 'Patient/a' });
  const other = store.queue({ key: 'Patient/b' });
  server.faults.push('ok', 'no-network');
  expect(await push.run()).toMatchObject({ code: 'no-answer' });
  expect([...store.outcomes]).toEqual([[other, 'acknowledged 1']]);
  await push.run();
  expect(store.outcomes.get(create)).toBe('conflict 1');
});

test('O6: a refused transaction leaves nothing behind, and the entry to blame is parked', async () => {
  const { server, store, push } = scene();
  server.refuse = (resource) => (resource.id === 'signature' ? { status: 422, text: 'bad' } : undefined);
  store.queue({ key: 'Composition/note', group: 'g' });
  const signature = store.queue({ key: 'Provenance/signature', group: 'g' });
  server.faults.push('ok', 'no-network');
  await push.run();
  expect(store.outcomes.get(signature)).toBe('parked processing');
  expect(server.versions).toHaveLength(0);
});

test('O6: what was sent together is settled in one commit: a kill or a full disk never leaves a part of it', async () => {
  const { store, push } = scene();
  const group = ['Composition/note', 'Provenance/signature'].map((key) => store.queue({ key, group: 'g' }));
  const alone = store.queue({ key: 'Patient/a' });
  expect(await push.run()).toBeUndefined();
  expect(store.commits).toEqual([group, [alone]]);
});

test('O6: a transaction refused because it had succeeded before is acknowledged whole', async () => {
  const { server, store, push } = scene();
  const note = store.queue({ key: 'Composition/note', group: 'g' });
  const signature = store.queue({ key: 'Provenance/signature', group: 'g' });
  server.write({ resourceType: 'Composition', id: 'note' }, note);
  server.write({ resourceType: 'Provenance', id: 'signature' }, signature);
  server.faults.push({
    status: 412,
    body: { resourceType: 'OperationOutcome', issue: [{ expression: ['Bundle.entry[0]'] }] },
  });
  await push.run();
  expect([...store.outcomes.values()]).toEqual(['acknowledged 1', 'acknowledged 1']);
  expect(store.commits).toHaveLength(1);
});

test('O6: a transaction refused because it had succeeded before is acknowledged whole, though no entry is named', async () => {
  const { server, store, push } = scene();
  server.write({ resourceType: 'Composition', id: 'note' }, 'draft');
  const note = store.queue({ key: 'Composition/note', kind: 'update', ifMatch: '1', group: 'g' });
  const signature = store.queue({ key: 'Provenance/signature', group: 'g' });
  server.write({ resourceType: 'Composition', id: 'note', status: 'final' }, note);
  server.write({ resourceType: 'Provenance', id: 'signature' }, signature);
  server.faults.push({ status: 412, body: namesNoEntry });
  expect(await push.run()).toBeUndefined();
  expect([...store.outcomes.values()]).toEqual(['acknowledged 2', 'acknowledged 1']);
});

test('O6: a transaction that met another’s version is a conflict on that entry, though none is named', async () => {
  const { server, store, push } = scene();
  for (const id of ['one', 'two']) server.write({ resourceType: 'Composition', id }, id);
  store.queue({ key: 'Provenance/signature', group: 'g' });
  store.queue({ key: 'Composition/one', kind: 'update', ifMatch: '1', group: 'g' });
  const moved = store.queue({ key: 'Composition/two', kind: 'update', ifMatch: '1', group: 'g' });
  server.write({ resourceType: 'Composition', id: 'two', title: 'theirs' }, 'another');
  server.faults.push({ status: 412, body: namesNoEntry }, 'ok', 'ok', 'ok', 'ok', 'no-network');
  await push.run();
  expect([...store.outcomes]).toEqual([[moved, 'conflict 2']]);
});

test('what a server tore out of a transaction follows, and what it kept is acknowledged', async () => {
  const { server, store, push, clock } = scene();
  for (const id of ['one', 'two']) server.write({ resourceType: 'Composition', id }, id);
  const kept = store.queue({ key: 'Composition/one', kind: 'update', ifMatch: '1', group: 'g' });
  const torn = store.queue({ key: 'Composition/two', kind: 'update', ifMatch: '1', group: 'g' });
  server.write({ resourceType: 'Composition', id: 'one', title: 'ours' }, kept);
  server.faults.push({ status: 412, body: namesNoEntry });
  expect(await push.run()).toBeUndefined();
  expect([...store.outcomes]).toEqual([[kept, 'acknowledged 2']]);
  clock.set(push.nextRetryAt() ?? 0);
  expect(await push.run()).toBeUndefined();
  expect(store.outcomes.get(torn)).toBe('acknowledged 2');
});

test('a refusal that no history bears out settles nothing: it is not taken for a record that is gone', async () => {
  const { server, store, push } = scene();
  server.write({ resourceType: 'Patient', id: 'a' }, 'one');
  store.queue({ key: 'Patient/a', kind: 'update', ifMatch: '1' });
  server.faults.push({ status: 200, body: refusedEntry('412') });
  expect(await push.run()).toBeUndefined();
  store.queue({ key: 'Patient/b', group: 'g' });
  server.faults.push({ status: 412, body: namesNoEntry });
  expect(await push.run()).toBeUndefined();
  expect(store.outcomes.size).toBe(0);
  expect(push.nextRetryAt()).toBeDefined();
});

test('413 splits: all arrives in smaller bundles', async () => {
  const { server, store, push } = scene();
  server.weather = (request) => (sizeOf(request.body) > 2 ? { status: 413 } : 'ok');
  for (const id of ['a', 'b', 'c', 'd', 'e']) store.queue({ key: `Patient/${id}` });
  expect(await push.run()).toBeUndefined();
  expect(server.log).toEqual(['push:5 413', 'push:3 413', 'push:2 ok', 'push:1 ok', 'push:2 ok']);
  expect(store.outcomes.size).toBe(5);
});

test('O5: a bundle refused as a whole is bisected; the unit to blame backs off alone, the rest flows', async () => {
  const { server, store, push, clock } = scene();
  const poison = 'd';
  server.weather = (request) =>
    request.body?.includes(`Patient/${poison}`) === true ? { status: 400 } : 'ok';
  const ids = ['a', 'b', 'c', poison, 'e', 'f', 'g', 'h'];
  const mutations = ids.map((id) => store.queue({ key: `Patient/${id}` }));
  expect(await push.run()).toBeUndefined();
  expect(store.outcomes.size).toBe(7);
  expect(store.outcomes.has(mutations[3] ?? '')).toBe(false);
  const sent = server.log.length;
  store.queue({ key: 'Patient/i' });
  await push.run();
  expect(server.log.slice(sent)).toEqual(['push:1 ok']);

  clock.set(push.nextRetryAt() ?? 0);
  server.weather = () => 'ok';
  await push.run();
  expect(store.outcomes.get(mutations[3] ?? '')).toBe('acknowledged 1');
  expect(push.nextRetryAt()).toBeUndefined();
});

test('a group that fails whole stays whole', async () => {
  const { server, store, push } = scene();
  server.weather = (request) => (request.body?.includes('transaction') === true ? { status: 400 } : 'ok');
  store.queue({ key: 'Composition/note', group: 'g' });
  store.queue({ key: 'Provenance/signature', group: 'g' });
  const other = store.queue({ key: 'Patient/a' });
  await push.run();
  expect(server.log).toEqual(['push:2 400', 'push:1 ok']);
  expect([...store.outcomes]).toEqual([[other, 'acknowledged 1']]);
});

test('repeated server faults are traced to the entry that causes them', async () => {
  const { server, store, push } = scene();
  server.weather = (request) => (request.body?.includes('Patient/f') === true ? { status: 500 } : 'ok');
  for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) store.queue({ key: `Patient/${id}` });
  expect(await push.run()).toMatchObject({ code: 'http-500' });
  expect(await push.run()).toMatchObject({ code: 'http-500' });
  expect(await push.run()).toBeUndefined();
  expect(store.outcomes.size).toBe(7);
});

test('a server that is down is not asked about every entry', async () => {
  const { server, store, push } = scene();
  server.weather = () => ({ status: 503 });
  for (let id = 0; id < 100; id += 1) store.queue({ key: `Patient/${String(id)}` });
  await push.run();
  await push.run();
  server.log.length = 0;
  expect(await push.run()).toMatchObject({ code: 'http-503' });
  expect(server.log.length).toBeLessThanOrEqual(8);
  expect(store.outcomes.size).toBe(0);
});

const namesNoEntry = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'processing' }] };

function refusedEntry(status: string) {
  return { resourceType: 'Bundle', type: 'batch-response', entry: [{ response: { status } }] };
}

function sizeOf(body: string | undefined): number {
  return body === undefined ? 0 : (JSON.parse(body) as { entry: unknown[] }).entry.length;
}
