import { expect, test } from 'vitest';
import { discard, retry } from './finality.ts';
import { smartQueue } from './smartQueue.ts';
import { openOfflineStore } from './testing/offlineStore.ts';
import { create } from './testing/restActions.ts';
import { createRestServer } from './testing/restServer.ts';

const action = { type: 'A', meta: { offline: true } };

test.each([400, 403, 404, 409, 410, 412, 422])(
  '%i is the answer of a server that refuses: final',
  (status) => {
    expect(discard({ status })).toBe(true);
    expect(discard({ response: { status } })).toBe(true);
  },
);

test.each([401, 408, 425, 429, 500, 502, 503, 504])('%i is not final', (status) => {
  expect(discard({ status })).toBe(false);
});

test('no answer, or one that cannot be read, is not final', () => {
  expect(discard(new TypeError('Failed to fetch'))).toBe(false);
  expect(discard(new Error('Failed to parse unexpected JSON response'))).toBe(false);
  expect(discard(undefined)).toBe(false);
  expect(discard({ response: undefined })).toBe(false);
});

test('there is no limit of tries, and never more than a minute between two', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7, 1000].map((retries) => retry(action, retries))).toEqual([
    1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000, 60_000, 60_000,
  ]);
});

test.each([
  ['TypeError: Failed to fetch', 'lose request'],
  ['401', 401],
  ['408', 408],
  ['429', 429],
  ['503', 503],
] as const)('%s, a dozen times, loses nothing', async (_name, fault) => {
  const server = createRestServer();
  const store = await openOfflineStore({ server, queue: smartQueue() });
  server.fail(...Array.from({ length: 12 }, () => fault));
  store.dispatch(create('/notes/1', {}));
  await store.online();
  await expect.poll(() => store.offline().outbox).toEqual([]);
  expect(server.state()).toEqual({ '/notes/1': { id: '1' } });
});
