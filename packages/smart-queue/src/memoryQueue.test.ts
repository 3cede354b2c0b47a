import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Edit } from './entry.ts';
import { createMemoryQueue, type SavedQueue } from './memoryQueue.ts';

// O2 stated directly: a server that receives what the queue sends ends where one does that receives every edit in
// order, and cannot tell the difference on the way: per resource, per reference, per barrier and per author.

type Step =
  | {
      readonly do: 'edit';
      readonly on: number;
      readonly refersTo: readonly number[];
      readonly author: string;
    }
  | { readonly do: 'close'; readonly on: number }
  | { readonly do: 'group'; readonly on: readonly number[] }
  | { readonly do: 'delete'; readonly on: number }
  | { readonly do: 'settle'; readonly count: number }
  | { readonly do: 'lose-answer' }
  | { readonly do: 'refuse' }
  | { readonly do: 'restart' };

interface Body {
  /** Position of the edit in the order made; unique. */
  readonly edit: number;
  readonly author: string;
  readonly refersTo: readonly string[];
  readonly deleted?: true;
}

const resource = fc.nat({ max: 5 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('edit' as const),
      on: resource,
      refersTo: fc.uniqueArray(resource, { maxLength: 2 }),
      author: fc.constantFrom('ann', 'ann', 'bob'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), on: resource }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('group' as const),
      on: fc.uniqueArray(resource, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), on: resource }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const), count: fc.nat({ max: 3 }) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'lose-answer' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'refuse' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
);

test('O2, O3, O4, O5: what is sent leaves a server where every edit in order would, which never sees anything out of order', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const world = createWorld();
      for (const [at, next] of steps.entries()) world.take(next, at);
      world.finish();
    }),
    { numRuns: 1000 },
  );
});

function createWorld() {
  let queue = createMemoryQueue<Body>(() => 1);
  /** What a server holds that received every edit in order. */
  const expected = new Map<string, Body>();
  const server = new Map<string, Body>();
  /** Of each resource every edit in order, and every body that the server took. */
  const made = new Map<string, Body[]>();
  const taken = new Map<string, Body[]>();
  const bytes = new Map<string, string>();
  const closed = new Set<number>();
  let serial = 0;
  const limits = { entries: 3, bytes: 99 };
  const push = (line: Map<string, Body[]>, key: string, body: Body) =>
    line.set(key, [...(line.get(key) ?? []), body]);

  const edit = (
    on: number,
    refersTo: readonly number[],
    author: string,
    group: string | null,
    barrier = false,
  ) => {
    serial += 1;
    const key = `R/${on}`;
    const before = expected.get(key);
    const references = refersTo.map((to) => `R/${to}`).filter((to) => expected.has(to) && to !== key);
    const body: Body = { edit: serial, author, refersTo: references };
    expected.set(key, body);
    push(made, key, body);
    if (barrier || group !== null) closed.add(serial);
    return {
      id: `m${serial}`,
      resource: key,
      kind: before === undefined ? ('create' as const) : ('update' as const),
      author,
      group,
      barrier: barrier || group !== null,
      references,
      formerReferences: before?.refersTo ?? [],
      after: [],
      body,
    };
  };
  const remove = (on: number) => {
    const key = `R/${on}`;
    const before = expected.get(key);
    if (before === undefined) return;
    if ([...expected].some(([other, { refersTo }]) => other !== key && refersTo.includes(key))) return;
    serial += 1;
    const body: Body = { edit: serial, author: 'ann', refersTo: [], deleted: true };
    expected.delete(key);
    push(made, key, body);
    const mutation: Edit = {
      id: `m${serial}`,
      resource: key,
      kind: 'delete',
      author: 'ann',
      group: null,
      barrier: false,
      references: [],
      formerReferences: before.refersTo,
      after: [],
    };
    queue.enqueue([{ ...mutation, body }]);
  };
  /** The server takes a body as a real one would: preconditions and references hold, or it is a fault of ours. */
  const receive = (sent: readonly { readonly key: string; readonly kind: string; readonly body: Body }[]) => {
    for (const { key, kind, body } of sent) {
      expect(kind === 'create').toBe(!server.has(key));
      if (body.deleted === true) server.delete(key);
      else server.set(key, body);
      push(taken, key, body);
    }
    for (const { refersTo } of server.values()) for (const to of refersTo) expect(server.has(to)).toBe(true);
  };
  const send = () => {
    const batch = queue.nextBatch(limits);
    if (batch === null) return null;
    queue.attempt(batch);
    expect(new Set(batch.entries.map(({ entry }) => entry.resource)).size).toBe(batch.entries.length);
    for (const { entry, body } of batch.entries) {
      const text = JSON.stringify([entry.kind, body]);
      expect(bytes.get(entry.id) ?? text).toBe(text);
      bytes.set(entry.id, text);
    }
    return batch;
  };
  const settle = (count: number) => {
    const batch = send();
    if (batch === null) return false;
    const chosen = batch.kind === 'transaction' ? batch.entries : batch.entries.slice(0, count);
    receive(chosen.map(({ entry: { resource: key, kind }, body }) => ({ key, kind, body })));
    for (const { entry } of chosen) queue.acknowledge(entry.id);
    return true;
  };
  const newId = () => {
    serial += 1;
    return `m${serial}`;
  };

  return {
    take(next: Step, at: number) {
      switch (next.do) {
        case 'edit':
          queue.enqueue([edit(next.on, next.refersTo, next.author, null)]);
          return;
        case 'close':
          queue.enqueue([edit(next.on, [], 'ann', null, true)]);
          return;
        case 'group':
          queue.enqueue(next.on.map((on, place) => edit(on, next.on.slice(0, place), 'ann', `g${at}`)));
          return;
        case 'delete':
          remove(next.on);
          return;
        case 'settle':
          settle(next.count);
          return;
        case 'lose-answer':
          for (const { entry } of send()?.entries ?? []) queue.fail(entry.id, 'unknown');
          return;
        case 'refuse': {
          const [first] = send()?.entries ?? [];
          if (first !== undefined) queue.fail(first.entry.id, 'refused');
          return;
        }
        case 'restart':
          queue = createMemoryQueue<Body>(
            () => 1,
            JSON.parse(JSON.stringify(queue.save())) as SavedQueue<Body>,
          );
          return;
      }
    },
    finish() {
      for (let turns = 0; queue.entries().length > 0; turns += 1) {
        expect(turns).toBeLessThan(300);
        if (settle(3)) continue;
        const parked = queue.entries().find(({ state }) => state === 'parked');
        expect(parked, 'what waits can be sent, or waits for a parked entry').toBeDefined();
        queue.reopen(parked?.id ?? '', newId);
      }
      expect(server).toEqual(expected);
      for (const [key, bodies] of taken) {
        const edits = made.get(key) ?? [];
        const order = bodies.map((body) => body.edit);
        expect(order, 'per resource, in the order made').toEqual(order.toSorted((a, b) => a - b));
        const sent = new Set(order);
        for (const [place, { edit: number, author }] of edits.entries()) {
          const next = edits[place + 1];
          const changesHands = next !== undefined && next.author !== author;
          if (changesHands || closed.has(number))
            expect(sent, 'what is closed or passed on is sent').toContain(number);
        }
      }
    },
  };
}
