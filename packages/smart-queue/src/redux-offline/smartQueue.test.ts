import { describe, expect, test } from 'vitest';
import { describeRest } from './describeRest.ts';
import { smartQueue } from './smartQueue.ts';
import { openOfflineStore } from './testing/offlineStore.ts';
import { create, remove, request, update } from './testing/restActions.ts';
import { createRestServer } from './testing/restServer.ts';

describe.each(['redux 5', 'Redux Toolkit 2'] as const)('under %s', (kind) => {
  const open = async () => {
    const server = createRestServer();
    const queue = smartQueue();
    return { server, queue, store: await openOfflineStore({ server, queue, kind }) };
  };

  test('O2: three edits to one note go as one', async () => {
    const { server, store } = await open();
    server.put('/notes/1', { id: '1' });
    store.dispatch(update('/notes/1', { text: 'a' }));
    store.dispatch(update('/notes/1', { text: 'b' }));
    store.dispatch(update('/notes/1', { text: 'c' }));
    await store.online();
    expect(server.log).toEqual(['PUT /notes/1 {"text":"c"}']);
    expect(store.offline().outbox).toEqual([]);
  });

  test('O2: a create stays a POST and takes the body of its update', async () => {
    const { server, store } = await open();
    store.dispatch(create('/notes/1', { text: 'a' }));
    store.dispatch(update('/notes/1', { text: 'b' }));
    await store.online();
    expect(server.log).toEqual(['POST /notes {"text":"b","id":"1"}']);
  });

  test('create, update, delete: nothing is sent', async () => {
    const { server, store } = await open();
    store.dispatch(create('/notes/1', { text: 'a' }));
    store.dispatch(update('/notes/1', { text: 'b' }));
    store.dispatch(remove('/notes/1'));
    await store.online();
    expect(server.log).toEqual([]);
    expect(store.offline().outbox).toEqual([]);
  });

  test('O4: an edit made while its create is in flight goes after it', async () => {
    const { server, store } = await open();
    await store.online();
    const held = server.hold();
    store.dispatch(create('/notes/1', { text: 'a' }));
    store.dispatch(update('/notes/1', { text: 'b' }));
    store.dispatch(update('/notes/1', { text: 'c' }));
    await held.go();
    expect(server.log).toEqual(['POST /notes {"id":"1","text":"a"}', 'PUT /notes/1 {"text":"c"}']);
    expect(store.offline().outbox).toEqual([]);
  });

  test('what it cannot read stays, in order, and nothing is merged across it', async () => {
    const { server, store } = await open();
    server.put('/notes/1', { id: '1' });
    store.dispatch(update('/notes/1', { text: 'a' }));
    store.dispatch(request('POST', '/notes/1/publish', { now: true }));
    store.dispatch(update('/notes/1', { text: 'b' }));
    await store.online();
    expect(server.requests.map(({ method }) => method)).toEqual(['PUT', 'POST', 'PUT']);
  });
});

const offlineStore = async () => {
  const server = createRestServer();
  return { server, store: await openOfflineStore({ server, queue: smartQueue() }) };
};

describe('O2: nothing is merged', () => {
  test('across a POST that bears its id elsewhere: that may be a command about it', async () => {
    const { server, store } = await offlineStore();
    server.put('/orders/5', { id: 5 });
    store.dispatch(update('/orders/5', { n: 1 }));
    store.dispatch(request('POST', '/orders/ship', { id: 5 }));
    store.dispatch(update('/orders/5', { n: 2 }));
    expect(store.offline().outbox).toHaveLength(3);
  });

  test('across the delete of what it refers to: it would arrive while that is still there', async () => {
    const { server, store } = await offlineStore();
    server.put('/notes/n1', { id: 'n1' });
    server.put('/lists/l1', { id: 'l1' });
    store.dispatch(update('/notes/n1', { list: null }));
    store.dispatch(remove('/lists/l1'));
    store.dispatch(update('/notes/n1', { list: '/lists/l1' }));
    expect(store.offline().outbox).toHaveLength(3);
  });

  test('into a create, if it makes the record refer to itself', async () => {
    const { store } = await offlineStore();
    store.dispatch(create('/notes/n1', { next: null }));
    store.dispatch(update('/notes/n1', { next: '/notes/n1' }));
    expect(store.offline().outbox).toHaveLength(2);
  });

  test('by different authors, or into what the app has closed', async () => {
    const server = createRestServer();
    const queue = smartQueue({
      describe: (action, offline) => {
        const rest = describeRest(action, offline);
        const { author, barrier } = action.payload as { author: string; barrier: boolean };
        return rest === null || rest.kind === 'read' ? rest : { ...rest, author, barrier };
      },
    });
    const store = await openOfflineStore({ server, queue });
    store.dispatch(update('/notes/n1', { author: 'a', barrier: false }));
    store.dispatch(update('/notes/n1', { author: 'b', barrier: false }));
    store.dispatch(update('/notes/n1', { author: 'b', barrier: true }));
    store.dispatch(update('/notes/n1', { author: 'b', barrier: false }));
    expect(store.offline().outbox.map(({ payload }) => payload)).toEqual([
      { author: 'a', barrier: false },
      { author: 'b', barrier: true },
      { author: 'b', barrier: false },
    ]);
  });

  test('where the kinds make no sense together; both are sent as they are', async () => {
    const { store } = await offlineStore();
    for (const action of [create, update, create].map((make) => make('/notes/n1', { a: 1 })))
      store.dispatch(action);
    store.dispatch(remove('/notes/n2'));
    store.dispatch(update('/notes/n2', { a: 1 }));
    store.dispatch(remove('/notes/n2'));
    store.dispatch(create('/notes/n2', {}));
    expect(store.offline().outbox.map(({ type }) => type)).toEqual([
      'POST /notes',
      'POST /notes',
      'DELETE /notes/n2',
      'DELETE /notes/n2',
      'POST /notes',
    ]);
  });
});

describe('the app describes its actions itself', () => {
  const own = (kind: string, id: string, rest: object = {}) => ({
    type: kind,
    payload: { id, ...rest },
    meta: { offline: { effect: { method: 'POST', url: '/rpc', json: { kind, id, ...rest } } } },
  });

  test('and merges them itself', async () => {
    const server = createRestServer();
    const queue = smartQueue({
      describe: ({ type, payload }) => {
        const { id, of } = payload as { id: string; of?: string };
        if (type === 'LOOK') return { kind: 'read' };
        return {
          kind: type === 'ADD' ? 'create' : 'update',
          resource: `thing/${id}`,
          references: of === undefined ? [] : [of],
          merge: (_earlier, later) => later,
        };
      },
    });
    const store = await openOfflineStore({ server, queue });
    store.dispatch(own('SET', 'x', { n: 1 }));
    store.dispatch(own('LOOK', 'x'));
    store.dispatch(own('SET', 'x', { n: 2 }));
    store.dispatch(own('ADD', 'y'));
    store.dispatch(own('SET', 'x', { n: 3, of: 'y' }));
    expect(store.offline().outbox.map(({ type, payload }) => [type, payload])).toEqual([
      ['SET', { id: 'x', n: 2 }],
      ['LOOK', { id: 'x' }],
      ['ADD', { id: 'y' }],
      ['SET', { id: 'x', n: 3, of: 'y' }],
    ]);
  });

  test('a merge that ends up as something else is none', async () => {
    const server = createRestServer();
    const queue = smartQueue({
      describe: ({ type, payload }) => {
        if (type === 'LOST') return null;
        const { id } = payload as { id: string };
        const merge = () => ({ type: 'LOST', meta: { offline: true } });
        return { kind: 'update', resource: id, references: [], merge };
      },
    });
    const store = await openOfflineStore({ server, queue });
    store.dispatch(own('SET', 'x', { n: 1 }));
    store.dispatch(own('SET', 'x', { n: 2 }));
    expect(store.offline().outbox.map(({ type }) => type)).toEqual(['SET', 'SET']);
  });
});
