import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OfflineAction, OfflineState } from './offlineTypes.ts';
import { smartQueue, type SmartQueue } from './smartQueue.ts';
import {
  createMemoryStorage,
  type OfflineStore,
  openOfflineStore,
  persisted,
} from './testing/offlineStore.ts';
import { request } from './testing/restActions.ts';
import { createRestServer, type Fault, type RestServer } from './testing/restServer.ts';

// Random histories of an app go through the real redux-offline with the smart queue, over a line that comes and goes
// and loses requests and answers, and into a second server that gets every action in order. Both must end alike, and
// the first must never have refused anything: it minds what is created, referred to and deleted in which order.

interface Edit {
  readonly do: 'create' | 'update' | 'part' | 'patch' | 'delete' | 'command';
  readonly at: number;
  readonly ref: number;
}
type Line =
  { readonly do: 'online' | 'offline' | 'hold' | 'go' } | { readonly do: 'fail'; readonly fault: Fault };
type Step = Edit | Line;

const edits = (kinds: readonly Edit['do'][]) =>
  fc.record({ do: fc.constantFrom(...kinds), at: fc.nat(4), ref: fc.nat(4) });
const line = fc.oneof(
  fc.record({ do: fc.constantFrom('online' as const, 'offline' as const, 'hold' as const, 'go' as const) }),
  fc.record({
    do: fc.constant('fail' as const),
    fault: fc.constantFrom<Fault>('lose request', 'lose answer', 503),
  }),
);
const everyKind = ['create', 'update', 'update', 'update', 'part', 'patch', 'delete', 'command'] as const;

/** Turns steps into requests that make sense: nothing refers to what is not there, nor is deleted while referred to. */
function createApp() {
  const local = new Map<string, string | null>();
  let count = 0;
  return (step: Edit): object | undefined => {
    const present = [...local.keys()];
    const url = present[step.at % Math.max(1, present.length)];
    const ref = step.ref === 0 ? null : (present[step.ref % Math.max(1, present.length)] ?? null);
    count += 1;
    if (step.do === 'create') {
      const fresh = `/notes/n${step.at}`;
      if (local.has(fresh)) return undefined;
      local.set(fresh, ref);
      return request('POST', '/notes', { id: `n${step.at}`, text: `t${count}`, ref });
    }
    if (url === undefined) return undefined;
    switch (step.do) {
      case 'update':
        local.set(url, ref);
        return request('PUT', url, { text: `t${count}`, ref });
      case 'part':
        local.set(url, ref);
        return request('PUT', url, { ref });
      case 'patch': {
        const headers = { 'content-type': 'application/merge-patch+json' };
        return request('PATCH', url, { [`f${step.ref % 3}`]: step.ref === 1 ? null : count }, { headers });
      }
      case 'command':
        return request('POST', `${url}/stamp`, {});
      case 'delete':
        if ([...local].some(([other, reference]) => other !== url && reference === url)) return undefined;
        local.delete(url);
        return request('DELETE', url);
    }
  };
}

const effectOf = (action: object) => ((action as OfflineAction).meta.offline as { effect: unknown }).effect;

async function drain(store: OfflineStore, turns = 60): Promise<void> {
  for (let turn = 0; turn < turns && store.offline().outbox.length > 0; turn += 1) {
    await store.online();
    await new Promise((resolve) => {
      setTimeout(resolve, 1);
    });
  }
}

/** Lets an app live for some steps; what it does goes to the reference, too. Returns how many actions it queued. */
async function live(steps: readonly Step[], { server, store, reference, app, each }: Life): Promise<number> {
  let queued = 0;
  let held: { go(): Promise<void> } | undefined;
  for (const step of steps) {
    if ('at' in step) {
      const action = app(step);
      if (action !== undefined) {
        queued += 1;
        await reference.effect(effectOf(action));
        store.dispatch(action);
      }
    } else if (step.do === 'fail') server.fail(step.fault);
    else if (step.do === 'online') await store.online();
    else if (step.do === 'offline') store.goOffline();
    else if (step.do === 'hold') held ??= server.hold();
    else {
      await held?.go();
      held = undefined;
    }
    each?.();
  }
  server.fail();
  return queued;
}

interface Life {
  readonly server: RestServer;
  readonly store: OfflineStore;
  readonly reference: RestServer;
  readonly app: ReturnType<typeof createApp>;
  readonly each?: () => void;
}

const rollbacks = ({ seen }: OfflineStore) => seen.filter((type) => type.startsWith('rollback'));
const history = (kinds: readonly Edit['do'][], maxLength: number) =>
  fc.array(fc.oneof({ weight: 3, arbitrary: edits(kinds) }, { weight: 2, arbitrary: line }), {
    maxLength,
    size: 'max',
  });
const runs = Number(process.env['RUNS'] ?? 300);

describe.each([false, true])('O2: with a server whose PUT joins fields: %s', (partialPut) => {
  test('ends as if every action had been sent in order', async () => {
    await fc.assert(
      fc.asyncProperty(history(everyKind, 40), async (steps) => {
        const server = createRestServer({ partialPut });
        const reference = createRestServer({ partialPut });
        const store = await openOfflineStore({ server, queue: smartQueue() });
        const queued = await live(steps, { server, reference, store, app: createApp() });
        await server.hold().go();
        await drain(store);
        expect(store.offline().outbox).toEqual([]);
        expect(rollbacks(store)).toEqual([]);
        expect(server.state()).toEqual(reference.state());
        const faults = steps.filter((step) => step.do === 'fail').length;
        expect(server.requests.length).toBeLessThanOrEqual(queued + faults);
      }),
      { numRuns: runs },
    );
  });

  test('also if the app is ended at any moment and started again', async () => {
    const lives = fc.tuple(history(everyKind, 15), history(everyKind, 15));
    await fc.assert(
      fc.asyncProperty(lives, async ([before, after]) => {
        const server = createRestServer({ partialPut });
        const reference = createRestServer({ partialPut });
        const storage = createMemoryStorage();
        const app = createApp();
        let ended = false;
        const first = await openOfflineStore({
          // Of what is in flight when the app ends, nobody is there to hear.
          server: {
            effect: (effect, action) =>
              ended ? new Promise(() => undefined) : server.effect(effect, action),
          },
          queue: smartQueue(),
          storage: { ...storage, setItem: (...args) => (ended ? undefined : storage.setItem(...args)) },
        });
        await live(before, { server, reference, store: first, app });
        await persisted(storage, first);
        ended = true;
        await server.hold().go();

        const store = await openOfflineStore({ server, queue: smartQueue(), storage });
        await live(after, { server, reference, store, app });
        await server.hold().go();
        await drain(store);
        expect(store.offline().outbox).toEqual([]);
        expect(rollbacks(store)).toEqual([]);
        expect(server.state()).toEqual(reference.state());
      }),
      { numRuns: Math.ceil(runs / 10) },
    );
  });
});

test('O5: whatever the server refuses, sent again everything ends as in order, and nothing is lost', async () => {
  const kinds = ['create', 'update', 'update', 'part', 'patch', 'delete'] as const;
  await fc.assert(
    fc.asyncProperty(history(kinds, 30), fc.infiniteStream(fc.boolean()), async (steps, refusals) => {
      const server = createRestServer();
      const reference = createRestServer();
      const queue = smartQueue({ keepRefused: true });
      const store = await openOfflineStore({ server, queue });
      server.refuse(() => refusals.next().value === true);
      await live(steps, { server, reference, store, app: createApp() });
      server.refuse(() => false);
      await server.hold().go();
      for (let round = 0; round < 50 && store.offline().outbox.length > 0; round += 1) {
        for (const { transaction, explanation } of queue.stopped(store.offline())) {
          if (explanation.why === 'parked') store.dispatch(queue.resend(transaction ?? 0));
        }
        await drain(store, 3);
      }
      expect(store.offline().outbox).toEqual([]);
      expect(server.state()).toEqual(reference.state());
    }),
    { numRuns: runs },
  );
});

test('what the queue remembers of an outbox is what a new queue reads in it', async () => {
  const standing = (queue: SmartQueue, offline: OfflineState) => ({
    next: queue.peek([...offline.outbox], {}, { offline })?.meta.transaction,
    stopped: queue.stopped(offline).map(({ transaction, explanation: { why, because, actions } }) => ({
      transaction,
      why,
      because: because.map(({ meta }) => meta.transaction),
      actions,
    })),
  });
  await fc.assert(
    fc.asyncProperty(history(everyKind, 30), fc.infiniteStream(fc.boolean()), async (steps, refusals) => {
      const server = createRestServer();
      const reference = createRestServer();
      const queue = smartQueue({ keepRefused: true });
      const store = await openOfflineStore({ server, queue });
      server.refuse(() => refusals.next().value === true);
      const each = () =>
        expect(standing(queue, store.offline())).toEqual(standing(smartQueue(), store.offline()));
      await live(steps, { server, reference, store, app: createApp(), each });
    }),
    { numRuns: runs },
  );
});

test('queueing into an outbox of 100,000 costs about as much as copying it', () => {
  const offline = (outbox: OfflineAction[]): OfflineState => ({
    busy: false,
    online: false,
    retryCount: 0,
    retryScheduled: false,
    outbox,
  });
  const queue = smartQueue();
  let transaction = 0;
  const stamped = (action: object): OfflineAction => {
    transaction += 1;
    const { meta, ...rest } = action as OfflineAction;
    return { ...rest, meta: { ...meta, transaction } };
  };
  const note = (at: number, text: string) =>
    request('PUT', `/notes/n${at}`, { text, ref: `/lists/l${at % 50}` });
  let outbox = Array.from({ length: 100_000 }, (_, at) => stamped(note(at, 'a')));
  const enqueue = (action: object) => {
    outbox = queue.enqueue(outbox, stamped(action), { offline: offline(outbox) });
  };
  // Of processor time, since others may use the machine. The first reads the whole outbox.
  const cost = (act: (at: number) => void) => {
    for (let at = 0; at < 50; at += 1) act(at);
    const before = process.cpuUsage();
    for (let at = 50; at < 250; at += 1) act(at);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 200 / 1000;
  };
  enqueue(note(100_000, 'a'));
  let copied = [...outbox];
  const copying = cost(() => {
    copied = [...copied, ...copied.slice(0, 1)];
  });
  const appending = cost((at) => enqueue(note(200_000 + at, 'a')));
  const merging = cost((at) => enqueue(note(200_000 + at, 'b')));
  expect(outbox).toHaveLength(100_251);
  expect(Math.max(appending, merging), `copying takes ${copying} ms`).toBeLessThan(3 * copying + 1);
});
