import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { damageCases } from '../contract/damageCases.ts';
import { databaseContract } from '../contract/databaseContract.ts';
import { type PageServer, serveDatabasePage } from '../testing/serveDatabasePage.ts';
import { type RunningChromium, createProfile, startChromium } from '../testing/startChromium.ts';

let server: PageServer;
let chromium: RunningChromium;
const profile = createProfile();

beforeAll(async () => {
  server = await serveDatabasePage(new URL('../testing/browserPage.ts', import.meta.url));
  chromium = await startChromium(profile, server.url);
}, 60_000);

afterAll(async () => {
  await chromium.kill();
  server.close();
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
});

test('The web adapter keeps the database contract in Chromium', async () => {
  const outcomes = await chromium.page.evaluate('browserPage.runCases("contract")');
  expect(outcomes).toEqual(databaseContract.map(({ title }) => ({ title, failure: null })));
});

test('D3: the web adapter tells every kind of damage by its code in Chromium', async () => {
  const outcomes = await chromium.page.evaluate('browserPage.runCases("damage")');
  expect(outcomes).toEqual(damageCases.map(({ title }) => ({ title, failure: null })));
}, 60_000);

test("D3: a turned byte in the pool's own header costs nothing: it is told, and the rows can be read", async () => {
  expect(await chromium.page.evaluate('browserPage.damageHeader()')).toEqual({
    code: 'DATABASE_CORRUPT',
    unchanged: true,
    rows: [{ v: 'mine' }],
  });
});

test('a deleted database is gone, and may be made anew', async () => {
  expect(await chromium.page.evaluate('browserPage.deleteAndReopen()')).toEqual([]);
});

test('the keystroke batch and the unencrypted baseline are both measurable in the browser', async () => {
  const medians = await chromium.page.evaluate('browserPage.measure()');
  expect(medians).toEqual({ keystroke: expect.any(Number) as number, plain: expect.any(Number) as number });
});

test('D4: after SIGKILL of the whole browser in the middle of writing, every acknowledged row is there', async () => {
  for (let round = 0; round < 4; round += 1) {
    let acknowledged = 0;
    await chromium.page.exposeFunction('acknowledged', (id: number) => {
      acknowledged = id;
    });
    chromium.page.evaluate('browserPage.writeUntilKilled(acknowledged)').catch(() => undefined);
    for (let wait = 0; acknowledged === 0 && wait < 200; wait += 1) await sleep(50);
    await sleep(100 + round * 137);
    await chromium.kill();
    chromium = await startChromium(profile, server.url);
    const after = await chromium.page.evaluate<{ last: number; rows: number; check: unknown }>(
      'browserPage.readAfterKill()',
    );
    expect(acknowledged).toBeGreaterThan(round);
    expect(after.last).toBeGreaterThanOrEqual(acknowledged);
    expect(after).toEqual({ last: after.rows, rows: after.last, check: 'ok' });
  }
});

test('D1: a worker that hangs is told as lost, and a new one writes on over the same file', async () => {
  const { codes, rows } = await chromium.page.evaluate<{ codes: string[]; rows: unknown[] }>(
    'browserPage.writeAroundHang()',
  );
  expect(codes[0]).toBe('DATABASE_LOST');
  expect(rows).toEqual([{ v: 'before' }, { v: 'after' }]);
}, 60_000);

test('D1: a statement that computes for long without touching a file is not cut off, and a worker that hangs still is', async () => {
  const { patience, computed, code, hung } = await chromium.page.evaluate<{
    patience: number;
    computed: number;
    code: unknown;
    hung: number;
  }>('browserPage.computeForLong()');
  expect(computed).toBeGreaterThan(patience);
  expect(code).toBe('DATABASE_LOST');
  expect(hung).toBeLessThan(2 * patience);
}, 60_000);
