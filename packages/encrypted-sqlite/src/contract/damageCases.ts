import type { Database } from '../database.ts';
import { type DamageCase, type DamageHarness, cut, turned } from './damageHarness.ts';
import { KEY, codeOf, everyByte, same, withDatabase } from './databaseHarness.ts';

const PAGE = 4096;
const ROWS = 200;
const TEXT = 'x'.repeat(400);

const row = (id: number) => ({ sql: 'INSERT INTO t VALUES (?, ?)', params: [id, `${TEXT}${id}`] });

async function fill(database: Database): Promise<void> {
  await database.batch([{ sql: 'CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)' }]);
  await database.batch(Array.from({ length: ROWS }, (_, id) => row(id)));
}

const makeFilled = (harness: DamageHarness, name: string) => withDatabase(harness, name, fill);

/** Everything read once: damage shows at the page that is damaged. */
async function readAll(harness: DamageHarness, name: string): Promise<void> {
  const database = await harness.open({ name, key: KEY, existing: true });
  try {
    await database.all('SELECT sum(length(v)) FROM t');
  } finally {
    await database.close();
  }
}

const count = async (harness: DamageHarness, name: string, acceptLostJournal = false) => {
  const database = await harness.open({ name, key: KEY, existing: true, acceptLostJournal });
  const [found] = await database.all<{ n: number }>('SELECT count(*) AS n FROM t');
  await database.close();
  return found?.n;
};

/** As a kill leaves it after commits that stand in the log alone. */
async function makeKilled(harness: DamageHarness, name: string): Promise<void> {
  await makeFilled(harness, `whole-${name}`);
  await withDatabase(harness, `whole-${name}`, async (database) => {
    for (let id = ROWS; id < ROWS + 5; id += 1) await database.batch([row(id)]);
    await harness.copyAsKilled(`whole-${name}`, name);
  });
}

/** What each kind of damage is called, and that what is damaged stays as it is. */
export const provenDamageCases: readonly DamageCase[] = [
  {
    title: 'D3: a database that was made before and is not there is said missing, and none is made',
    async run(harness) {
      const open = () => harness.open({ name: 'evicted.db', key: KEY, existing: true });
      same(await codeOf(open()), 'DATABASE_MISSING', 'first');
      same(await codeOf(open()), 'DATABASE_MISSING', 'again');
    },
  },
  {
    title: 'D3: a file that lost all of its content is said missing, and stays empty',
    async run(harness) {
      await makeFilled(harness, 'emptied.db');
      await harness.tamper('emptied.db', 'database', cut(0));
      const open = () => harness.open({ name: 'emptied.db', key: KEY, existing: true });
      same(await codeOf(open()), 'DATABASE_MISSING', 'first');
      same(await codeOf(open()), 'DATABASE_MISSING', 'again');
    },
  },
  {
    title: 'D3: a turned byte on any page, a half-written page and a file cut short are detected',
    async run(harness) {
      const damages: readonly (readonly [string, string, ReturnType<typeof cut>])[] = [
        ['turned.db', 'DATABASE_KEY_OR_DAMAGE', turned(3)],
        ['turned-first.db', 'DATABASE_KEY_OR_DAMAGE', turned(300)],
        ['turned-root.db', 'DATABASE_CORRUPT', turned(PAGE + 2000)],
        ['turned-leaf.db', 'DATABASE_CORRUPT', turned(5 * PAGE + 7)],
        ['cut-to-bytes.db', 'DATABASE_KEY_OR_DAMAGE', cut(90)],
        ['cut-to-page.db', 'DATABASE_CORRUPT', cut(PAGE)],
        ['cut-in-page.db', 'DATABASE_CORRUPT', cut(6 * PAGE + 1000)],
        [
          'half-written.db',
          'DATABASE_CORRUPT',
          (bytes) => {
            const half = bytes.slice();
            half.copyWithin(4 * PAGE, 6 * PAGE, 6 * PAGE + PAGE / 2);
            return half;
          },
        ],
      ];
      for (const [name, code, damage] of damages) {
        await makeFilled(harness, name);
        await harness.tamper(name, 'database', damage);
        same(await codeOf(readAll(harness, name)), code, name);
        same(await codeOf(readAll(harness, name)), code, `${name} again`);
      }
    },
  },
  {
    title: 'D4: a kill is no damage: what stood in the log is there',
    async run(harness) {
      await makeKilled(harness, 'killed-only.db');
      same(await count(harness, 'killed-only.db'), ROWS + 5, 'rows');
    },
  },
  {
    title:
      'D3: a file of a newer app is refused with the journal that a kill left, and every byte of both stays',
    async run(harness) {
      await withDatabase(harness, 'newer-alive.db', async (database) => {
        await fill(database);
        await harness.copyAsKilled('newer-alive.db', 'older-killed.db');
        await database.batch([{ sql: 'PRAGMA user_version = 8' }]);
        await harness.copyAsKilled('newer-alive.db', 'newer-killed.db');
      });
      const open = (name: string, newestVersion: number) =>
        harness.open({ name, key: KEY, existing: true, newestVersion });
      const before = await everyByte(harness, 'newer-killed.db');
      for (const acceptLostJournal of [false, true]) {
        const opened = harness.open({
          name: 'newer-killed.db',
          key: KEY,
          newestVersion: 7,
          acceptLostJournal,
        });
        same(await codeOf(opened), 'DATABASE_NEWER', 'the version stands in the journal alone');
      }
      same((await everyByte(harness, 'newer-killed.db')) === before, true, 'bytes');
      await (await open('newer-killed.db', 8)).close();
      await (await open('older-killed.db', 0)).close();
      same(await count(harness, 'newer-killed.db'), ROWS, 'rows');
    },
  },
  {
    title: 'D3: a missing or cut journal is detected, until it is accepted',
    async run(harness) {
      for (const [name, damage] of [
        ['no-journal.db', () => undefined],
        ['cut-journal.db', cut(20)],
      ] as const) {
        await makeKilled(harness, name);
        await harness.tamper(name, 'journal', damage);
        same(await codeOf(count(harness, name)), 'DATABASE_JOURNAL_LOST', name);
        same(await codeOf(count(harness, name)), 'DATABASE_JOURNAL_LOST', `${name} again`);
        same(await count(harness, name, true), ROWS, `${name} accepted`);
        same(await count(harness, name), ROWS, `${name} afterwards`);
      }
    },
  },
  {
    title: 'D3: a turned byte in the journal before its last commit is detected',
    async run(harness) {
      for (const [name, at] of [
        ['turned-journal-head.db', 17],
        ['turned-journal.db', 32 + 24 + PAGE + 24 + 100],
      ] as const) {
        await makeKilled(harness, name);
        await harness.tamper(name, 'journal', turned(at));
        same(await codeOf(count(harness, name)), 'DATABASE_JOURNAL_LOST', name);
        same(await codeOf(count(harness, name)), 'DATABASE_JOURNAL_LOST', `${name} again`);
        const left = (await count(harness, name, true)) ?? 0;
        same(left >= ROWS && left < ROWS + 5, true, `${name} accepted`);
      }
    },
  },
  {
    title: 'D3: what is readable of a damaged file is read, and the file stays as it is',
    async run(harness) {
      await makeFilled(harness, 'saved.db');
      await harness.tamper('saved.db', 'database', turned(5 * PAGE + 2000));
      const before = JSON.stringify(await harness.files('saved.db'));
      const verified = await harness.openDamaged({ name: 'saved.db', key: KEY, verify: true });
      same(await verified.all('SELECT id FROM t WHERE id = 0'), [{ id: 0 }], 'a readable row');
      same(await codeOf(verified.all('SELECT sum(length(v)) FROM t')), 'DATABASE_CORRUPT', 'all rows');
      same(await codeOf(verified.all('DELETE FROM t RETURNING id')), 'DATABASE_READ_ONLY', 'a write');
      await verified.close();
      same(JSON.stringify(await harness.files('saved.db')) === before, true, 'bytes');
    },
  },
];

/** What only an adapter can do whose cipher gives out pages that do not prove themselves. */
const unprovenReadingCases: readonly DamageCase[] = [
  {
    title: 'D3: what does not prove itself is read only where that is asked for, and the file stays as it is',
    async run(harness) {
      await makeFilled(harness, 'unproven.db');
      await harness.tamper('unproven.db', 'database', turned(5 * PAGE + 2000));
      const before = JSON.stringify(await harness.files('unproven.db'));
      const unverified = await harness.openDamaged({ name: 'unproven.db', key: KEY, verify: false });
      same(await unverified.all('SELECT count(*) AS n FROM t'), [{ n: ROWS }], 'without proof');
      await unverified.close();
      same(JSON.stringify(await harness.files('unproven.db')) === before, true, 'bytes');
    },
  },
  {
    title: 'D3: a file whose first page is damaged is read without proof, and what stands in the log too',
    async run(harness) {
      await makeKilled(harness, 'first-page.db');
      await harness.tamper('first-page.db', 'database', turned(3, 300));
      const file = await harness.openDamaged({ name: 'first-page.db', key: KEY, verify: false });
      same(await file.all('SELECT count(*) AS n FROM t'), [{ n: ROWS + 5 }], 'rows');
      await file.close();
    },
  },
];

export const damageCases: readonly DamageCase[] = [...provenDamageCases, ...unprovenReadingCases];
