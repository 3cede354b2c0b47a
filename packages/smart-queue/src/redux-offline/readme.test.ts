import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { smartQueue } from './smartQueue.ts';
import { openOfflineStore, type OfflineStore } from './testing/offlineStore.ts';
import { create, remove, request, update } from './testing/restActions.ts';
import { createRestServer, type RestServer } from './testing/restServer.ts';

// The README's table is what comes out here: redux-offline as it is, with its own queue and `discard`, and with ours.

interface Scenario {
  readonly name: string;
  readonly there?: Readonly<Record<string, object>>;
  readonly act: (store: OfflineStore, server: RestServer) => Promise<void> | void;
}

const scenarios: readonly Scenario[] = [
  {
    name: 'three edits to one note',
    there: { '/notes/n1': {} },
    act(store) {
      for (const text of ['a', 'b', 'c']) store.dispatch(update('/notes/n1', { text }));
    },
  },
  {
    name: 'create, then update',
    act(store) {
      store.dispatch(create('/notes/n1', { text: 'a' }));
      store.dispatch(update('/notes/n1', { text: 'b' }));
    },
  },
  {
    name: 'create, update, delete',
    act(store) {
      store.dispatch(create('/notes/n1', { text: 'a' }));
      store.dispatch(update('/notes/n1', { text: 'b' }));
      store.dispatch(remove('/notes/n1'));
    },
  },
  {
    name: 'update, delete of a note that is on the server',
    there: { '/notes/n1': {} },
    act(store) {
      store.dispatch(update('/notes/n1', { text: 'a' }));
      store.dispatch(remove('/notes/n1'));
    },
  },
  {
    name: 'two edits while the create is in flight',
    async act(store, server) {
      await store.online();
      const held = server.hold();
      store.dispatch(create('/notes/n1', { text: 'a' }));
      store.dispatch(update('/notes/n1', { text: 'b' }));
      store.dispatch(update('/notes/n1', { text: 'c' }));
      await held.go();
    },
  },
  {
    name: 'edits to two notes in turn',
    there: { '/notes/n1': {}, '/notes/n2': {} },
    act(store) {
      for (const text of ['a', 'b']) {
        store.dispatch(update('/notes/n1', { text }));
        store.dispatch(update('/notes/n2', { text }));
      }
    },
  },
  {
    name: 'a list and a note in it, both edited after',
    act(store) {
      store.dispatch(create('/lists/l1', { name: 'a' }));
      store.dispatch(create('/notes/n1', { list: '/lists/l1', text: 'a' }));
      store.dispatch(update('/lists/l1', { name: 'b' }));
      store.dispatch(update('/notes/n1', { list: '/lists/l1', text: 'b' }));
    },
  },
  {
    name: 'a note taken out of its list, and the list deleted',
    there: { '/lists/l1': {}, '/notes/n1': { list: '/lists/l1' } },
    act(store) {
      store.dispatch(update('/lists/l1', { name: 'b' }));
      store.dispatch(update('/notes/n1', { list: null }));
      store.dispatch(remove('/lists/l1'));
    },
  },
  {
    name: 'an edit, a command that the queue cannot read, an edit',
    there: { '/notes/n1': {} },
    act(store) {
      store.dispatch(update('/notes/n1', { text: 'a' }));
      store.dispatch(request('POST', '/notes/n1/stamp', {}));
      store.dispatch(update('/notes/n1', { text: 'b' }));
    },
  },
  {
    name: 'a list that the server refuses, a note in it, another note',
    act(store, server) {
      server.refuse(({ url }) => url === '/lists');
      store.dispatch(create('/lists/l1', {}));
      store.dispatch(create('/notes/n1', { list: '/lists/l1' }));
      store.dispatch(create('/notes/n2', {}));
    },
  },
  {
    name: '“online”, but no request arrives at first',
    there: { '/notes/n1': {} },
    act(store, server) {
      server.fail('lose request');
      store.dispatch(update('/notes/n1', { text: 'a' }));
    },
  },
  {
    name: 'signed out: 401 at first',
    there: { '/notes/n1': {} },
    act(store, server) {
      server.fail(401);
      store.dispatch(update('/notes/n1', { text: 'a' }));
    },
  },
];

async function play({ there = {}, act }: Scenario, smart: boolean): Promise<string> {
  const server = createRestServer();
  for (const [url, body] of Object.entries(there)) server.put(url, body);
  const store = await openOfflineStore({ server, ...(smart ? { queue: smartQueue() } : {}) });
  await act(store, server);
  for (let turn = 0; turn < 5; turn += 1) {
    await store.online();
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
  }
  const lines = server.answers.map(({ method, url, status }) =>
    status < 300 ? `${method} ${url}` : `${method} ${url} → ${status}`,
  );
  const stays = store.offline().outbox.map(({ type }) => `_stays: ${type}_`);
  const rolled = store.seen
    .filter((type) => type.startsWith('rollback'))
    .map((type) => `_rolled back: ${type.slice('rollback '.length)}_`);
  const all = [...lines, ...rolled, ...stays];
  return all.length === 0 ? 'nothing' : all.join('<br>');
}

describe('README', () => {
  test('the table is what redux-offline sends with its own queue, and with this one', async () => {
    const rows = ['| what happens, offline | first in, first out | smart queue |', '| --- | --- | --- |'];
    for (const scenario of scenarios) {
      rows.push(`| ${scenario.name} | ${await play(scenario, false)} | ${await play(scenario, true)} |`);
    }
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    expect(tableIn(readme)).toEqual(rows.map(compact));
  });
});

/** The rows of the first table after the marker, without the spaces that a formatter adds. */
function tableIn(readme: string): readonly string[] {
  const [, after = ''] = readme.split('<!-- table: what is sent -->');
  return after
    .trimStart()
    .split('\n\n', 1)
    .flatMap((table) => table.split('\n'))
    .map(compact);
}

function compact(row: string): string {
  return row
    .split('|')
    .map((cell) => cell.trim().replace(/^-+$/u, '---'))
    .join(' | ')
    .trim();
}
