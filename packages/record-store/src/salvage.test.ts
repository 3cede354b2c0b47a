import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDamagedNodeDatabase } from '@fieldchart/encrypted-sqlite/node';
import { expect, test } from 'vitest';
import { type Salvaged, salvage } from './index.ts';
import { AUTHOR, note, openTestStore, patient, serverTime, visit } from './testing/storeFixture.ts';

const PAGE = 4096;
const idOf = (at: number) => `30000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
const textOf = (at: number) => `${'quiet words '.repeat(60)}${at}`;

/** A closed database with sixty notes: half of them the server's, half of them waiting. */
async function filled() {
  const fixture = await openTestStore();
  const { store, directory } = fixture;
  await store.recordChange({ resource: patient(), basedOn: 0 }, AUTHOR);
  await store.recordChange({ resource: visit(), basedOn: 0 }, AUTHOR);
  const sent = Array.from({ length: 30 }, (_, at) => note({ data: textOf(at) }, idOf(at)));
  await store.loadCaseload({
    resources: sent.map((resource) => ({
      ...resource,
      meta: { versionId: '1', lastUpdated: serverTime(1) },
    })),
    cursor: 'e.1',
    onProgress: () => {},
  });
  for (let at = 30; at < 60; at += 1) {
    await store.recordChange({ resource: note({ data: textOf(at) }, idOf(at)), basedOn: 0 }, AUTHOR);
  }
  await store.database.close();
  const path = join(directory, 'records.db');
  const key = new Uint8Array(32).fill(3);
  const open = openDamagedNodeDatabase({ directory });
  return {
    ...fixture,
    bytes: () => readFileSync(path),
    damage: (bytes: Uint8Array) => writeFileSync(path, bytes),
    salvage: () => salvage(({ verify }) => open({ name: 'records.db', key, verify })),
  };
}

const keysOf = (items: readonly { key: string }[]) => new Set(items.map(({ key }) => key));
const proven = (salvaged: Salvaged) => salvaged.records.filter(({ unproven }) => !unproven);

test('D3: of a whole database everything is read, and proven', async () => {
  const fixture = await filled();
  const all = await fixture.salvage();
  expect(all.records).toHaveLength(62);
  expect(all.entries).toHaveLength(32);
  expect(all.unreadable).toBe(0);
  expect(proven(all)).toHaveLength(62);
  const [entry] = all.entries.filter(({ key }) => key === `Composition/${idOf(59)}`);
  expect(entry?.resource).toMatchObject({ resourceType: 'Composition', id: idOf(59) });
  await fixture.end();
});

test('D3: whichever page is damaged, nothing false is proven, no row but its own is lost, the file stays', async () => {
  const fixture = await filled();
  const whole = fixture.bytes();
  const all = await fixture.salvage();
  const truth = new Map(all.records.map(({ key, resource }) => [key, JSON.stringify(resource)]));
  const pages = whole.length / PAGE;
  for (let page = 0; page < pages; page += 1) {
    const damaged = Buffer.from(whole);
    damaged[page * PAGE + 3000] = (damaged[page * PAGE + 3000] ?? 0) ^ 0xff;
    fixture.damage(damaged);
    const salvaged = await fixture.salvage();
    for (const { key, resource } of proven(salvaged)) expect(JSON.stringify(resource)).toBe(truth.get(key));
    const found = keysOf(salvaged.records).size;
    expect(found, `page ${page}: ${found} of 62`).toBeGreaterThanOrEqual(48);
    expect(keysOf(salvaged.entries).size, `page ${page}`).toBeGreaterThanOrEqual(24);
    expect(fixture.bytes().equals(damaged)).toBe(true);
  }
  await fixture.end();
}, 120_000);

test('D3: with the first page lost, or the file cut, what is left is read without proof and marked so', async () => {
  const fixture = await filled();
  const whole = fixture.bytes();
  const turned = Buffer.from(whole);
  turned[3] = (turned[3] ?? 0) ^ 0xff;
  fixture.damage(turned);
  const salted = await fixture.salvage();
  expect(salted.records).toHaveLength(62);
  expect(salted.records.every(({ unproven }) => unproven)).toBe(true);

  // The schema's own pages stand in the first half of so small a file.
  fixture.damage(whole.subarray(0, Math.floor((whole.length / PAGE) * 0.8) * PAGE));
  const cut = await fixture.salvage();
  expect(cut.unreadable).toBeGreaterThan(0);

  fixture.damage(whole.subarray(0, 50));
  expect(await fixture.salvage()).toMatchObject({ entries: [], records: [] });
  await fixture.end();
});

test('what only the server wrote is not taken for work that waits', async () => {
  const fixture = await filled();
  const { entries } = await fixture.salvage();
  expect(keysOf(entries).has(`Composition/${idOf(1)}`)).toBe(false);
  await fixture.end();
});
