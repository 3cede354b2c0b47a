import { auditLinkContent, auditLinkToEvent, validateResource } from '@fieldchart/clinical';
import { createAuditChain } from '@fieldchart/record-store';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSeededRandom } from '@fieldchart/foundation';
import { CLIENT, openTestStore, patient } from '../../record-store/src/testing/storeFixture.ts';
import { createOlderRecords, writeDownAgedOut } from './olderRecords.ts';

let fixture: Awaited<ReturnType<typeof openTestStore>>;
beforeEach(async () => {
  fixture = await openTestStore();
});
afterEach(() => fixture.end());

const chain = () =>
  createAuditChain({
    database: fixture.store.database,
    clock: fixture.clock,
    random: createSeededRandom(5),
    hash: (text) => Promise.resolve(text.length.toString().padStart(43, 'A')),
  });

test('what was erased stands in the chain by id, in links of a size that travels, each a valid AuditEvent', async () => {
  const audit = chain();
  const keys = Array.from(
    { length: 60 },
    (_, at) => `Composition/30000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
  );
  await fixture.store.database.transaction((transaction) =>
    writeDownAgedOut(audit, transaction, { clientId: CLIENT, keys }),
  );
  const links = await audit.unsent(10);
  expect(links.map(({ link }) => link.details['records'])).toEqual(['25', '25', '10']);
  const named = links.flatMap(({ link }) => Object.values(link.details)).filter((text) => text.includes('/'));
  expect(named).toEqual(keys);
  for (const { id, link } of links) {
    expect(auditLinkContent(link)).toContain('aged-out');
    const event = auditLinkToEvent(link, { id, deviceId: CLIENT, practitionerId: 'p1' });
    expect(validateResource(event).ok).toBe(true);
  }
});

test('who fetches back is written down before it is asked, and the wish stands where there is no network', async () => {
  const audit = chain();
  const { store } = fixture;
  await store.loadCaseload({ resources: [patient()], cursor: 'c' });
  const asked: number[] = [];
  const older = createOlderRecords({
    store,
    audit,
    sync: {
      syncNow: async () => void asked.push((await audit.unsent(10)).length),
    },
  });
  expect(await older.fetchOlder(CLIENT)).toBe('waits');
  expect(asked).toEqual([1]);
  expect(await store.clientsToFetch()).toEqual([{ clientId: CLIENT, next: null }]);
  const [link] = await audit.unsent(10);
  expect(link?.link).toMatchObject({ action: 'fetched-back', details: { client: CLIENT } });
  const refused = createOlderRecords({ store, audit, sync: { syncNow: () => store.endWish(CLIENT) } });
  expect(await refused.fetchOlder(CLIENT)).toBe('refused');
});
