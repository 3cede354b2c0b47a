import { applyMiddleware, type Middleware } from 'redux';
import { expect, test } from 'vitest';
import { createMergedResults, type MergedResultsOptions } from './mergedResults.ts';
import { smartQueue } from './smartQueue.ts';
import { openOfflineStore } from './testing/offlineStore.ts';
import { create, remove, update } from './testing/restActions.ts';
import { createRestServer } from './testing/restServer.ts';

const open = async (options: MergedResultsOptions = {}) => {
  const server = createRestServer();
  const queue = smartQueue({ mergedResults: true });
  const middleware = createMergedResults(queue, options) as Middleware;
  const store = await openOfflineStore({ server, queue, inner: applyMiddleware(middleware) });
  return { server, queue, store };
};

const results = (seen: readonly string[]) => seen.filter((type) => /^(?:commit|rollback)/u.test(type));

test('without it, the commit of the action whose request was sent runs, and it lists the others', async () => {
  const server = createRestServer();
  const store = await openOfflineStore({ server, queue: smartQueue() });
  store.dispatch(create('/notes/1', { text: 'a' }));
  store.dispatch(update('/notes/1', { text: 'b' }));
  store.dispatch(update('/notes/1', { text: 'c' }));
  await store.online();
  expect(results(store.seen)).toEqual(['commit POST /notes']);
  expect(store.actions.at(-1)?.meta).toMatchObject({
    url: '/notes',
    success: true,
    smartQueue: {
      transaction: 1,
      merged: [
        { transaction: 2, type: 'PUT /notes/1' },
        { transaction: 3, type: 'PUT /notes/1' },
      ],
    },
  });
});

test('every commit runs once, in order', async () => {
  const { server, store } = await open();
  server.put('/lists/l1', { id: 'l1' });
  store.dispatch(create('/notes/1', { text: 'a' }));
  store.dispatch(update('/lists/l1', { a: 1 }));
  store.dispatch(update('/notes/1', { text: 'b' }));
  store.dispatch(update('/lists/l1', { a: 2 }));
  await store.online();
  expect(results(store.seen)).toEqual([
    'commit POST /notes',
    'commit PUT /notes/1',
    'commit PUT /lists/l1',
    'commit PUT /lists/l1',
  ]);
  expect(store.actions.filter(({ meta }) => 'completed' in meta)).toHaveLength(2);
});

test('every rollback runs once, the newest first', async () => {
  const { server, store } = await open();
  server.refuse(() => true);
  store.dispatch(create('/notes/1', { text: 'a' }));
  store.dispatch(update('/notes/1', { text: 'b' }));
  await store.online();
  expect(results(store.seen)).toEqual(['rollback PUT /notes/1', 'rollback POST /notes']);
});

test('a delete that undid its create is committed at once', async () => {
  const { store } = await open();
  store.dispatch(create('/notes/1', { text: 'a' }));
  store.dispatch(remove('/notes/1'));
  expect(results(store.seen)).toEqual(['commit DELETE /notes/1']);
  expect(store.offline().outbox).toEqual([]);
  store.dispatch({ type: 'OTHER' });
  expect(results(store.seen)).toHaveLength(1);
});

test('promises of merged actions are settled, too', async () => {
  const settled: unknown[] = [];
  const tracker = {
    resolveAction: (transaction: number) => settled.push(['resolved', transaction]),
    rejectAction: (transaction: number) => settled.push(['rejected', transaction]),
  };
  const { server, store } = await open({ tracker });
  store.dispatch(create('/notes/1', { text: 'a' }));
  store.dispatch(update('/notes/1', { text: 'b' }));
  store.dispatch(create('/notes/2', {}));
  store.dispatch(remove('/notes/2'));
  await Promise.resolve();
  expect(settled).toEqual([
    ['resolved', 3],
    ['resolved', 4],
  ]);
  server.refuse(() => true);
  await store.online();
  expect(settled.slice(2)).toEqual([['rejected', 2]]);
});

test('what is given up is rolled back with all that was merged into it', async () => {
  const { queue, store } = await open();
  store.dispatch(create('/notes/1', { text: 'a' }));
  store.dispatch(update('/notes/1', { text: 'b' }));
  for (const action of queue.drop(store.offline(), 1)) store.dispatch(action);
  expect(results(store.seen)).toEqual(['rollback PUT /notes/1', 'rollback POST /notes']);
  expect(store.offline().outbox).toEqual([]);
});
