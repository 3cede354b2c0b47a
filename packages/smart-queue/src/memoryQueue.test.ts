import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMemoryQueue } from './memoryQueue.ts';

type Step =
  | {
      readonly do: 'edit';
      readonly on: number;
      readonly refersTo: readonly number[];
      readonly author: string;
    }
  | { readonly do: 'group'; readonly on: readonly number[] }
  | { readonly do: 'delete'; readonly on: number }
  | { readonly do: 'attempt' }
  | { readonly do: 'settle'; readonly count: number };

interface Body {
  readonly text: string;
  readonly refersTo: readonly string[];
}

const resource = fc.nat({ max: 5 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('edit' as const),
      on: resource,
      refersTo: fc.uniqueArray(resource, { maxLength: 2 }),
      author: fc.constantFrom('ann', 'ann', 'bob'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('group' as const),
      on: fc.uniqueArray(resource, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), on: resource }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('attempt' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const), count: fc.nat({ max: 3 }) }) },
);

test('O2, O3: what is sent leaves a server where every edit in order would, and it never sees a reference to nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const queue = createMemoryQueue<Body | null>(() => 1);
      const expected = new Map<string, Body>();
      const server = new Map<string, Body>();
      const mentions: { readonly id: string; readonly of: readonly string[] }[] = [];
      let serial = 0;
      const edit = (on: number, refersTo: readonly number[], author: string, group: string | null) => {
        serial += 1;
        const key = `R/${on}`;
        const kept = refersTo.map((to) => `R/${to}`).filter((to) => expected.has(to) && to !== key);
        const kind = expected.has(key) ? ('update' as const) : ('create' as const);
        const body = { text: `edit ${serial}`, refersTo: kept };
        expected.set(key, body);
        mentions.push({ id: `m${serial}`, of: kept });
        const shape = { after: [], referrers: [], barrier: group !== null };
        return { id: `m${serial}`, resource: key, kind, author, group, references: kept, body, ...shape };
      };
      const remove = async (on: number) => {
        const key = `R/${on}`;
        if (!expected.has(key)) return;
        if ([...expected.values()].some(({ refersTo }) => refersTo.includes(key))) return;
        serial += 1;
        expected.delete(key);
        // An edit that was merged stands in the entry that took it: name every entry that might hold it.
        const referrers = queue.entries().map(({ id }) => id);
        const rest = { author: 'ann', group: null, barrier: false, references: [], after: [], body: null };
        await queue.enqueue([{ id: `m${serial}`, resource: key, kind: 'delete', referrers, ...rest }]);
      };
      const settle = (count: number) => {
        const batch = queue.nextBatch({ entries: 3, bytes: 99 });
        if (batch === null) return false;
        const chosen = batch.kind === 'transaction' ? batch.entries : batch.entries.slice(0, count);
        expect(new Set(batch.entries.map(({ entry }) => entry.resource)).size).toBe(batch.entries.length);
        for (const { entry, body } of chosen) {
          expect(entry.kind === 'create').toBe(!server.has(entry.resource));
          if (body === null) server.delete(entry.resource);
          else server.set(entry.resource, body);
          queue.acknowledge(entry.id);
        }
        for (const { refersTo } of server.values()) {
          for (const to of refersTo) expect(server.has(to)).toBe(true);
        }
        return true;
      };
      for (const [at, next] of steps.entries()) {
        if (next.do === 'edit') await queue.enqueue([edit(next.on, next.refersTo, next.author, null)]);
        if (next.do === 'group') {
          await queue.enqueue(next.on.map((on, place) => edit(on, next.on.slice(0, place), 'ann', `g${at}`)));
        }
        if (next.do === 'delete') await remove(next.on);
        if (next.do === 'attempt') queue.nextBatch({ entries: 3, bytes: 99 });
        if (next.do === 'settle') settle(next.count);
      }
      let turns = 0;
      while (settle(3)) {
        turns += 1;
        expect(turns).toBeLessThan(200);
      }
      expect(queue.entries()).toEqual([]);
      expect(server).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});
