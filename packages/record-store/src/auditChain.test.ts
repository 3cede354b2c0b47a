import { createHash } from 'node:crypto';
import { createSeededRandom } from '@fieldchart/foundation';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AuditChain, createAuditChain } from './auditChain.ts';
import { openTestStore } from './testing/storeFixture.ts';

let fixture: Awaited<ReturnType<typeof openTestStore>>;
let chain: AuditChain;

beforeEach(async () => {
  fixture = await openTestStore();
  chain = createAuditChain({
    database: fixture.store.database,
    clock: fixture.clock,
    random: createSeededRandom(3),
    hash: (text) => Promise.resolve(createHash('sha256').update(text).digest('base64url')),
  });
});
afterEach(() => fixture.end());

const append = async (count: number) => {
  for (let at = 0; at < count; at += 1) await chain.append('unlock');
};
const unsent = async (limit = 100) => (await chain.unsent(limit)).map(({ link }) => link.number);

test('links are sent in order, once each, and each follows the one before', async () => {
  await append(5);
  const links = (await chain.unsent(100)).map(({ link }) => link);
  expect(links.map(({ previous }) => previous).slice(1)).toEqual(links.map(({ hash }) => hash).slice(0, -1));
  expect(await unsent(3)).toEqual([1, 2, 3]);
  await chain.confirm({ sent: 3, upTo: 3 });
  expect(await unsent()).toEqual([4, 5]);
});

test('a link written while an upload was under way is sent with the next', async () => {
  await append(3);
  await append(1);
  await chain.confirm({ sent: 3, upTo: 3 });
  expect(await unsent()).toEqual([4]);
});

test('D3: what a restored server has lost is sent again, up to where it is whole', async () => {
  await append(9);
  await chain.confirm({ sent: 8, upTo: 8 });
  await chain.confirm({ sent: 9, upTo: 4 });
  expect(await unsent()).toEqual([5, 6, 7, 8, 9]);
  await chain.confirm({ sent: 9, upTo: 9 });
  expect(await unsent()).toEqual([]);
});

test('a link that is missing on the device is not waited for: later ones go on being sent, once each', async () => {
  await append(6);
  await chain.confirm({ sent: 2, upTo: 2 });
  await fixture.store.database.batch([{ sql: 'DELETE FROM audit_links WHERE number = 3', params: [] }]);
  await chain.confirm({ sent: 6, upTo: 2 });
  expect(await unsent()).toEqual([]);
  await append(1);
  expect(await unsent()).toEqual([7]);
});
