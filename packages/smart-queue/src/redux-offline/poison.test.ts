import { describe, expect, test } from 'vitest';
import { smartQueue, type SmartQueueOptions } from './smartQueue.ts';
import { createMemoryStorage, openOfflineStore, persisted } from './testing/offlineStore.ts';
import { create, remove, request, update } from './testing/restActions.ts';
import { createRestServer, type Request } from './testing/restServer.ts';

const bad = ({ body }: Request) => (body as { bad?: boolean } | undefined)?.bad === true;

const open = async (options: SmartQueueOptions = {}) => {
  const server = createRestServer();
  const queue = smartQueue(options);
  server.refuse(bad);
  return { server, queue, store: await openOfflineStore({ server, queue }) };
};

/** A note that the server refuses, a task that refers to it, and something else. */
const poisoned = async () => {
  const opened = await open();
  const { store } = opened;
  store.dispatch(create('/notes/1', { bad: true }));
  store.dispatch(create('/tasks/t1', { of: { note: '1' } }));
  store.dispatch(create('/lists/l1', {}));
  await store.online();
  return opened;
};

const urls = (requests: readonly Request[]) => requests.map(({ method, url }) => `${method} ${url}`);

describe('O5: a refused action', () => {
  test('holds what depends on it, both stay visible, and everything else flows', async () => {
    const { server, queue, store } = await poisoned();
    expect(urls(server.requests)).toEqual(['POST /notes', 'POST /lists']);
    expect(store.offline().outbox.map(({ type }) => type)).toEqual(['POST /notes', 'POST /tasks']);
    expect(store.seen).toContain('rollback POST /notes');
    expect(
      queue.stopped(store.offline()).map(({ transaction, explanation }) => [transaction, explanation.why]),
    ).toEqual([
      [1, 'parked'],
      [2, 'held'],
    ]);
  });

  test('says why, and what holds the others', async () => {
    const { queue, store } = await poisoned();
    expect(queue.explain(store.offline(), 1)).toMatchObject({
      why: 'parked',
      parked: { refused: true, status: 422 },
      sentence: 'Refused by the server: it waits for somebody to mend it.',
    });
    const held = queue.explain(store.offline(), 2);
    expect(held?.because.map(({ type }) => type)).toEqual(['POST /notes']);
    expect(held?.sentence).toBe('Held because a change that it depends on was refused.');
    expect(queue.explain(store.offline(), 99)).toBeUndefined();
  });

  test('goes again mended, and what was held after it', async () => {
    const { server, queue, store } = await poisoned();
    store.dispatch(queue.resend(1, { method: 'POST', url: '/notes', json: { id: '1' } }));
    await store.online();
    expect(urls(server.requests).slice(2)).toEqual(['POST /notes', 'POST /tasks']);
    expect(store.offline().outbox).toEqual([]);
    expect(store.seen).toContain('commit POST /notes');
  });

  test('goes again as it is, and is parked again if it is refused again', async () => {
    const { queue, store } = await poisoned();
    store.dispatch(queue.resend(1));
    await store.online();
    expect(store.offline().outbox).toHaveLength(2);
    expect(queue.explain(store.offline(), 1)?.why).toBe('parked');
    expect(store.seen.filter((type) => type === 'rollback POST /notes')).toHaveLength(2);
  });

  test('given up, takes what depends on it along, the last first, and each is rolled back once', async () => {
    const { server, queue, store } = await poisoned();
    for (const action of queue.drop(store.offline(), 1)) store.dispatch(action);
    await store.online();
    expect(store.offline().outbox).toEqual([]);
    expect(store.seen.slice(-2)).toEqual(['rollback POST /tasks', 'SmartQueue/DROPPED']);
    expect(store.seen.filter((type) => type === 'rollback POST /notes')).toHaveLength(1);
    expect(urls(server.requests)).toEqual(['POST /notes', 'POST /lists']);
  });

  test('given up alone, lets what depends on it go', async () => {
    const { server, queue, store } = await open();
    server.put('/notes/1', { id: '1' });
    store.dispatch(update('/notes/1', { bad: true }));
    store.dispatch(request('POST', '/notes/1/publish', {}));
    store.dispatch(update('/notes/1', { text: 'good' }));
    await store.online();
    // The command needs only that the note is there.
    expect(store.offline().outbox.map(({ type }) => type)).toEqual(['PUT /notes/1', 'PUT /notes/1']);
    for (const action of queue.drop(store.offline(), 1, { alone: true })) store.dispatch(action);
    await store.online();
    expect(store.offline().outbox).toEqual([]);
    expect(server.state()['/notes/1']).toEqual({ id: '1', text: 'good' });
  });

  test('with nothing waiting on it leaves, as redux-offline always did; with `keepRefused` it stays', async () => {
    for (const keepRefused of [false, true]) {
      const { store } = await open({ keepRefused });
      store.dispatch(create('/notes/1', { bad: true }));
      await store.online();
      expect(store.offline().outbox).toHaveLength(keepRefused ? 1 : 0);
    }
  });

  test('takes later edits of its resource into itself', async () => {
    const { server, queue, store } = await poisoned();
    store.dispatch(update('/notes/1', { bad: false }));
    expect(store.offline().outbox.map(({ type }) => type)).toEqual(['POST /notes', 'POST /tasks']);
    expect(queue.explain(store.offline(), 1)).toMatchObject({ why: 'parked', actions: 2 });
    store.dispatch(queue.resend(1));
    await store.online();
    expect(server.state()['/notes/1']).toEqual({ id: '1', bad: false });
  });

  test('holds what is queued after it was refused, too', async () => {
    const { server, queue, store } = await poisoned();
    store.dispatch(create('/files/f1', { task: '/tasks/t1' }));
    store.dispatch(create('/files/f2', {}));
    await store.online();
    expect(queue.stopped(store.offline()).map(({ transaction }) => transaction)).toEqual([1, 2, 4]);
    expect(urls(server.requests).at(-1)).toBe('POST /files');
  });

  test('and its delete vanish: nobody has seen it', async () => {
    const { server, store } = await open({ keepRefused: true });
    store.dispatch(create('/notes/1', { bad: true }));
    await store.online();
    store.dispatch(remove('/notes/1'));
    await store.online();
    expect(store.offline().outbox).toEqual([]);
    expect(urls(server.requests)).toEqual(['POST /notes']);
  });

  test('holds a command about it, which nobody could describe', async () => {
    const { server, store } = await open();
    store.dispatch(create('/notes/n1', { bad: true }));
    store.dispatch(request('POST', '/notes/n1/stamp', {}));
    await store.online();
    expect(urls(server.requests)).toEqual(['POST /notes']);
    expect(store.offline().outbox).toHaveLength(2);
  });

  test('that refers to something holds the delete of it, made before or after', async () => {
    for (const deletes of ['before', 'after']) {
      const { server, queue, store } = await open({ keepRefused: true });
      server.put('/lists/l1', { id: 'l1' });
      server.put('/notes/n1', { id: 'n1', list: '/lists/l1' });
      store.dispatch(update('/notes/n1', { list: '/lists/l1', bad: true }));
      store.dispatch(request('POST', '/notes/n1/stamp', {}));
      store.dispatch(update('/notes/n1', { list: null, bad: false }));
      if (deletes === 'before') store.dispatch(remove('/lists/l1'));
      await store.online();
      if (deletes === 'after') store.dispatch(remove('/lists/l1'));
      await store.online();
      expect(urls(server.requests)).toEqual(['PUT /notes/n1', 'POST /notes/n1/stamp']);
      expect(queue.stopped(store.offline()).map(({ action }) => action.type)).toEqual([
        'PUT /notes/n1',
        'PUT /notes/n1',
        'DELETE /lists/l1',
      ]);
    }
  });

  test('deleted, lets the delete of what it referred to go', async () => {
    const { server, store } = await open({ keepRefused: true });
    server.put('/lists/l1', { id: 'l1' });
    store.dispatch(create('/notes/n1', { list: '/lists/l1', bad: true }));
    await store.online();
    store.dispatch(remove('/lists/l1'));
    store.dispatch(remove('/notes/n1'));
    await store.online();
    expect(urls(server.requests)).toEqual(['POST /notes', 'DELETE /lists/l1']);
    expect(store.offline().outbox).toEqual([]);
  });

  test('mended so that it needs something else waits for that', async () => {
    const { queue, store } = await open({ keepRefused: true });
    store.dispatch(create('/notes/n1', { bad: true }));
    store.dispatch(create('/tasks/t1', { bad: true }));
    await store.online();
    const json = { id: 't1', note: 'n1' };
    store.dispatch(queue.resend(2, { method: 'POST', url: '/tasks', json }));
    expect(queue.explain(store.offline(), 2)).toMatchObject({ why: 'held' });
  });

  test('is still parked after a restart', async () => {
    const storage = createMemoryStorage();
    const server = createRestServer();
    server.refuse(bad);
    const first = await openOfflineStore({ server, queue: smartQueue(), storage });
    first.dispatch(create('/notes/1', { bad: true }));
    first.dispatch(create('/tasks/t1', { note: '1' }));
    await first.online();
    first.goOffline();
    await persisted(storage, first);

    const queue = smartQueue();
    const store = await openOfflineStore({ server, queue, storage });
    await store.online();
    expect(server.requests).toHaveLength(1);
    expect(queue.stopped(store.offline()).map(({ explanation }) => explanation.why)).toEqual([
      'parked',
      'held',
    ]);
    server.refuse(() => false);
    store.dispatch(queue.resend(1));
    await store.online();
    expect(urls(server.requests).slice(1)).toEqual(['POST /notes', 'POST /tasks']);
  });
});

test('O4: what the app gives up without an answer of the server may have arrived: nothing is merged into it', async () => {
  const server = createRestServer();
  const queue = smartQueue();
  const store = await openOfflineStore({ server, queue, discard: () => true });
  server.fail('lose answer');
  store.dispatch(create('/notes/1', {}));
  store.dispatch(create('/tasks/t1', { note: '1' }));
  await store.online();
  expect(queue.explain(store.offline(), 1)).toMatchObject({ parked: { refused: false } });
  store.dispatch(update('/notes/1', { text: 'a' }));
  store.dispatch(remove('/notes/1'));
  expect(store.offline().outbox.map(({ type }) => type)).toEqual([
    'POST /notes',
    'POST /tasks',
    'DELETE /notes/1',
  ]);
});
