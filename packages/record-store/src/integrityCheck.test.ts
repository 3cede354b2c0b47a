import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFakeTimers } from '@fieldchart/foundation/testing';
import { expect, test } from 'vitest';
import { startIntegrityCheck } from './index.ts';
import { AUTHOR, note, openTestStore } from './testing/storeFixture.ts';

const PAGE = 4096;
const idOf = (at: number) => `30000000-0000-4000-8000-${String(at).padStart(12, '0')}`;

async function filled() {
  const fixture = await openTestStore();
  for (let at = 0; at < 120; at += 1) {
    const text = { data: `${'quiet words '.repeat(60)}${at}` };
    await fixture.store.recordChange({ resource: note(text, idOf(at)), basedOn: 0 }, AUTHOR);
  }
  await fixture.store.database.close();
  return fixture;
}

/** One round on the closed fixture's file, with what the check asked for between two of its pauses at most. */
async function checked(fixture: Awaited<ReturnType<typeof filled>>) {
  const database = await fixture.openDatabase();
  const timers = createFakeTimers();
  const damaged: string[] = [];
  let rounds = 0;
  let asked = 0;
  let most = 0;
  const counting = {
    ...database,
    all: ((sql, params) => {
      if (sql.includes('LIMIT')) asked += 1;
      return database.all(sql, params);
    }) as typeof database.all,
  };
  const stop = startIntegrityCheck({
    database: counting,
    timers,
    onDamage: (table) => damaged.push(table),
    onRound: () => (rounds += 1),
  });
  await timers.advance(20_000);
  for (let step = 0; step < 400 && rounds === 0; step += 1) {
    asked = 0;
    // Less than the pause between two slices.
    await timers.advance(149);
    await database.all('SELECT 1');
    await new Promise((resolve) => setTimeout(resolve, 1));
    most = Math.max(most, asked);
  }
  stop();
  await database.close();
  return { damaged, rounds, most };
}

test('D1: a whole record is found whole, in slices that let whatever is typed go first', async () => {
  const fixture = await filled();
  const { damaged, rounds, most } = await checked(fixture);
  expect([damaged, rounds]).toEqual([[], 1]);
  expect(most).toBe(1);
  await fixture.end();
});

test('D3: a page that went bad under an open record is found, whichever of its tables it is in', async () => {
  const fixture = await filled();
  const path = join(fixture.directory, 'records.db');
  const whole = readFileSync(path);
  const pages = whole.length / PAGE;
  const found = new Set<string>();
  for (let page = Math.floor(pages / 2); page < pages; page += 7) {
    const damaged = Buffer.from(whole);
    damaged[page * PAGE + 2000] = (damaged[page * PAGE + 2000] ?? 0) ^ 0xff;
    writeFileSync(path, damaged);
    const { damaged: tables, rounds } = await checked(fixture);
    for (const name of tables) found.add(name);
    expect(rounds).toBe(1);
  }
  expect(found.has('records')).toBe(true);
  await fixture.end();
}, 60_000);
