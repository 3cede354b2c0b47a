import { describe, expect, test } from 'vitest';
import { smartQueue } from './smartQueue.ts';
import {
  createMemoryStorage,
  type OfflineStoreOptions,
  openOfflineStore,
  persisted,
} from './testing/offlineStore.ts';
import { create, remove, request, update } from './testing/restActions.ts';
import { createRestServer, type RestServer, settled } from './testing/restServer.ts';

// What redux-offline 2.6 does that a queue must live with, and what other queues for it get wrong. Everything here
// runs in the real one.

const open = async (options: Partial<OfflineStoreOptions> & { readonly server?: RestServer } = {}) => {
  const server = options.server ?? createRestServer();
  const queue = options.queue ?? smartQueue();
  return { server, queue, store: await openOfflineStore({ server, queue, ...options }) };
};

describe('what other queues get wrong', () => {
  test('an update of a record that is on the server already is sent', async () => {
    const { server, store } = await open();
    server.put('/notes/1', { id: '1' });
    store.dispatch(update('/notes/1', { text: 'a' }));
    await store.online();
    expect(server.state()).toEqual({ '/notes/1': { id: '1', text: 'a' } });
  });

  test('a delete of a record that is on the server already is sent, and its update need not be', async () => {
    const { server, store } = await open();
    server.put('/notes/1', { id: '1' });
    store.dispatch(update('/notes/1', { text: 'a' }));
    store.dispatch(remove('/notes/1'));
    await store.online();
    expect(server.log).toEqual(['DELETE /notes/1']);
    expect(server.state()).toEqual({});
  });

  test('an update and a delete made while the create is in flight are sent after it', async () => {
    const { server, store } = await open();
    await store.online();
    const held = server.hold();
    store.dispatch(create('/notes/1', { text: 'a' }));
    store.dispatch(update('/notes/1', { text: 'b' }));
    store.dispatch(remove('/notes/1'));
    await held.go();
    expect(server.log).toEqual(['POST /notes {"id":"1","text":"a"}', 'DELETE /notes/1']);
  });

  test('a create and its update go as one POST with the merged body, to the URL of the create', async () => {
    const { server, store } = await open();
    store.dispatch(create('/notes/1', { text: 'a' }));
    store.dispatch(update('/notes/1', { text: 'b', title: 't' }));
    await store.online();
    expect(server.log).toEqual(['POST /notes {"text":"b","title":"t","id":"1"}']);
  });

  test('a body that is a text of JSON is merged as well', async () => {
    const sent: unknown[] = [];
    const server = { ...createRestServer(), effect: async (effect: unknown) => void sent.push(effect) };
    const { store } = await open({ server });
    store.dispatch(request('POST', '/notes', undefined, { body: '{"id":"1","text":"a"}' }));
    store.dispatch(request('PUT', '/notes/1', undefined, { body: '{"text":"b"}' }));
    await store.online();
    expect(sent).toEqual([{ method: 'POST', url: '/notes', body: '{"text":"b","id":"1"}' }]);
  });

  test('a delete is not hoisted ahead of what must detach first', async () => {
    const { server, store } = await open();
    server.put('/lists/1', { id: '1' });
    server.put('/notes/1', { id: '1', list: '/lists/1' });
    store.dispatch(update('/lists/1', { title: 't' }));
    store.dispatch(update('/notes/1', { list: null }));
    store.dispatch(remove('/lists/1'));
    await store.online();
    expect(server.log).toEqual([
      'PUT /lists/1 {"title":"t"}',
      'PUT /notes/1 {"list":null}',
      'DELETE /lists/1',
    ]);
    expect(server.state()).toEqual({ '/notes/1': { id: '1', list: null } });
  });

  test('an update that detaches is sent although its record is deleted later', async () => {
    const { server, store } = await open();
    server.put('/lists/l1', { id: 'l1' });
    server.put('/notes/n1', { id: 'n1', list: '/lists/l1' });
    store.dispatch(update('/notes/n1', { list: null }));
    store.dispatch(remove('/lists/l1'));
    store.dispatch(remove('/notes/n1'));
    await store.online();
    expect(server.requests.map(({ method }) => method)).toEqual(['PUT', 'DELETE', 'DELETE']);
    expect(server.state()).toEqual({});
  });

  test('an update is not merged ahead of the create that it refers to', async () => {
    const { server, store } = await open();
    server.put('/notes/1', { id: '1' });
    store.dispatch(update('/notes/1', { list: null }));
    store.dispatch(create('/lists/1', {}));
    store.dispatch(update('/notes/1', { list: '/lists/1' }));
    await store.online();
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'PUT /notes/1',
      'POST /lists',
      'PUT /notes/1',
    ]);
    expect(server.state()['/notes/1']).toEqual({ id: '1', list: '/lists/1' });
  });
});

describe('what redux-offline does', () => {
  test('a custom commit carries no transaction: the entry that completes is found all the same', async () => {
    const { server, queue, store } = await open();
    server.refuse(({ url, body }) => url === '/notes' && (body as { text: string }).text === 'bad');
    store.dispatch(create('/notes/1', { text: 'bad' }));
    store.dispatch(create('/tasks/1', { note: '1' }));
    await store.online();
    // The refused one goes to the head again while another is in flight.
    const held = server.hold();
    store.dispatch(create('/lists/1', {}));
    store.dispatch(queue.resend(1, { method: 'POST', url: '/notes', json: { id: '1', text: 'good' } }));
    expect(store.offline().outbox.map(({ type }) => type)).toEqual([
      'POST /notes',
      'POST /tasks',
      'POST /lists',
    ]);
    await held.go();
    expect(store.offline().outbox).toEqual([]);
    expect(server.requests.map(({ url }) => url)).toEqual(['/notes', '/lists', '/notes', '/tasks']);
  });

  test('a default commit is matched by the action that it carries', async () => {
    const { server, store } = await open();
    const effect = { method: 'POST', url: '/notes', json: { id: '1' } };
    store.dispatch({ type: 'PLAIN', meta: { offline: { effect } } });
    store.dispatch(create('/notes/2', {}));
    await store.online();
    expect(Object.keys(server.state())).toEqual(['/notes/1', '/notes/2']);
    expect(store.offline().outbox).toEqual([]);
  });

  test('an action that only says `offline: true` passes through', async () => {
    const sent: unknown[] = [];
    const server = { ...createRestServer(), effect: async (effect: unknown) => void sent.push(effect) };
    const { store } = await open({ server });
    store.dispatch({ type: 'PING', meta: { offline: true } });
    await store.online();
    expect(sent).toHaveLength(1);
    expect(store.offline().outbox).toEqual([]);
  });

  test('a completed action of somebody else completes nothing', async () => {
    const { store } = await open();
    store.dispatch(create('/notes/1', {}));
    store.dispatch({ type: 'MINE', meta: { completed: true, success: true } });
    expect(store.offline().outbox).toHaveLength(1);
  });

  test('a throw in a subscriber during a commit completes only what was sent', async () => {
    const { server, store } = await open();
    server.put('/notes/1', { id: '1' });
    let armed = true;
    store.subscribe(() => {
      if (armed && store.seen.includes('commit POST /lists')) {
        armed = false;
        throw new Error('a screen broke');
      }
    });
    store.dispatch(create('/lists/1', {}));
    store.dispatch(update('/notes/1', { text: 'a' }));
    await store.online();
    expect(armed).toBe(false);
    expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'PUT']);
    expect(store.offline().outbox).toEqual([]);
  });

  test('a reducer that throws at a commit does not make the request go for ever', async () => {
    const { server, store } = await open({
      reducer: ({ type }) => {
        if (type === 'commit POST /lists') throw new Error('a reducer broke');
      },
    });
    store.dispatch(create('/lists/1', {}));
    store.dispatch(create('/notes/1', {}));
    await store.online();
    expect(server.requests.map(({ url }) => url)).toEqual(['/lists', '/notes']);
    expect(store.offline().outbox).toEqual([]);
  });

  test('O4: a request that failed without an answer may have arrived: nothing is merged into it', async () => {
    const { server, store } = await open();
    server.put('/notes/1', { id: '1' });
    server.fail('lose answer');
    store.dispatch(update('/notes/1', { text: 'a' }));
    // The answer is lost, and the line with it.
    const held = server.hold();
    const online = store.online();
    store.goOffline();
    await held.go();
    await online;
    expect(server.log).toEqual(['PUT /notes/1 {"text":"a"}']);
    store.dispatch(update('/notes/1', { text: 'b' }));
    store.dispatch(update('/notes/1', { text: 'c' }));
    await store.online();
    expect(server.log).toEqual([
      'PUT /notes/1 {"text":"a"}',
      'PUT /notes/1 {"text":"a"}',
      'PUT /notes/1 {"text":"c"}',
    ]);
  });

  test('after a reset, what was in flight does not complete what was queued since', async () => {
    const { server, store } = await open();
    await store.online();
    const held = server.hold();
    store.dispatch(create('/notes/1', {}));
    store.dispatch({ type: 'Offline/RESET_STATE' });
    store.goOffline();
    store.dispatch(create('/lists/1', {}));
    await held.go();
    expect(store.offline().outbox.map(({ type }) => type)).toEqual(['POST /lists']);
    await store.online();
    expect(Object.keys(server.state())).toEqual(['/lists/1', '/notes/1']);
  });
});

describe('over a restart', () => {
  test('what an earlier run of the app queued counts as attempted, and is sent first', async () => {
    const storage = createMemoryStorage();
    const first = await open({ storage });
    first.server.put('/notes/1', { id: '1' });
    first.store.dispatch(update('/notes/1', { text: 'a' }));
    first.store.dispatch(update('/notes/1', { text: 'b' }));
    await persisted(storage, first.store);

    const { server, store } = await open({ storage, server: first.server });
    expect(store.offline().outbox).toHaveLength(1);
    store.dispatch(update('/notes/1', { text: 'c' }));
    store.dispatch(update('/notes/1', { text: 'd' }));
    expect(store.offline().outbox).toHaveLength(2);
    await store.online();
    expect(server.log).toEqual(['PUT /notes/1 {"text":"b"}', 'PUT /notes/1 {"text":"d"}']);
  });

  test('a create of an earlier run is not undone by its delete: it may be on the server', async () => {
    const storage = createMemoryStorage();
    const first = await open({ storage });
    first.store.dispatch(create('/notes/1', {}));
    await persisted(storage, first.store);

    const { server, store } = await open({ storage, server: first.server });
    store.dispatch(remove('/notes/1'));
    await store.online();
    expect(server.log).toEqual(['POST /notes {"id":"1"}', 'DELETE /notes/1']);
  });

  test('what was sent before the outbox was read back completes nothing of it', async () => {
    const storage = createMemoryStorage();
    const first = await open({ storage });
    first.store.dispatch(create('/notes/1', { text: 'kept' }));
    await persisted(storage, first.store);

    const server = createRestServer();
    const held = server.hold();
    const opening = openOfflineStore({
      server,
      queue: smartQueue(),
      storage,
      enhancer: (next) => (reducer, state) => {
        const store = next(reducer, state);
        // At once, before redux-persist has read anything: it gets the number that the kept one has.
        const dispatch = store.dispatch as unknown as (action: object) => void;
        dispatch({ type: 'Offline/STATUS_CHANGED', payload: { online: true } });
        dispatch(create('/early/1', {}));
        return store;
      },
    });
    const store = await opening;
    await held.go();
    await settled();
    expect(Object.keys(server.state())).toEqual(['/early/1', '/notes/1']);
    expect(store.offline().outbox).toEqual([]);
  });

  test('an outbox that the plain queue left behind is taken over', async () => {
    const storage = createMemoryStorage();
    const server = createRestServer();
    const plain = await openOfflineStore({ server, storage });
    plain.dispatch(create('/notes/1', { text: 'a' }));
    plain.dispatch(update('/notes/1', { text: 'b' }));
    plain.dispatch(create('/notes/2', {}));
    await persisted(storage, plain);

    const { store } = await open({ storage, server });
    await store.online();
    expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'PUT', 'POST']);
    expect(store.offline().outbox).toEqual([]);
    expect(store.seen).toEqual(['commit POST /notes', 'commit PUT /notes/1', 'commit POST /notes']);
  });
});
