import { clientOf, isNarrowedTo, narrowingOf, type RecordedFilter, resourceKey } from '@fieldchart/clinical';
import { narrowingArbitrary, recordsArbitrary, SEARCHED_CLIENTS } from '@fieldchart/clinical/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openTestStore, patient, pulled, visit } from './testing/storeFixture.ts';

const FILTERS: readonly RecordedFilter[] = ['unsigned', 'not-seen-30-days', 'risk', 'consent-expiring'];
const DAY = 86_400_000;
const MARCH = Date.UTC(2026, 2, 1, 12);

test('the device lets through whom `isNarrowedTo` lets through: each filter, each group, as the server does', async () => {
  await fc.assert(
    fc.asyncProperty(
      recordsArbitrary,
      fc.array(narrowingArbitrary, { minLength: 4, maxLength: 8 }),
      fc.array(fc.tuple(fc.constantFrom(...SEARCHED_CLIENTS), fc.integer({ min: 28, max: 32 })), {
        maxLength: 4,
      }),
      async (records, narrowings, seen) => {
        const fixture = await openTestStore();
        try {
          fixture.clock.set(MARCH);
          const visits = seen.map(([clientId, days], at) =>
            visit(`v${String(at)}`, clientId, MARCH - days * DAY),
          );
          const clients = SEARCHED_CLIENTS.map((id) => patient('Ana', id));
          const all = [...clients, ...visits, ...records];
          await fixture.store.applyPage({
            entries: all.map((one, at) => ({ ...pulled(one, at + 1), key: resourceKey(one) })),
            cursor: 'e.1',
          });
          const ids = [...SEARCHED_CLIENTS].toSorted((a, b) => (a < b ? -1 : 1));
          for (const { groups = [] } of narrowings) {
            for (const filter of [...FILTERS, 'all' as const]) {
              const me = { practitionerId: 'ana', now: MARCH };
              const narrowing = { groups, ...(filter === 'all' ? {} : narrowingOf(filter, me)) };
              const expected = ids.filter((id) =>
                isNarrowedTo(
                  all.filter((record) => clientOf(record) === id),
                  narrowing,
                ),
              );
              const asked = { sort: 'name', limit: 50, practitionerId: 'ana', filter, groups } as const;
              const { rows, total } = await fixture.store.listClients(asked);
              expect([rows.map(({ clientId }) => clientId), total], JSON.stringify(narrowing)).toEqual([
                expected,
                expected.length,
              ]);
            }
          }
        } finally {
          await fixture.end();
        }
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);
