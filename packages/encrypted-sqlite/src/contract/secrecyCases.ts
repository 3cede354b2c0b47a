import {
  type ContractCase,
  KEY,
  OTHER_KEY,
  codeOf,
  everyByte,
  holdsText,
  same,
  withDatabase,
} from './databaseHarness.ts';

const CANARY = 'quetzalcanary';

/** Keys, what lies on disk, and options. */
export const secrecyCases: readonly ContractCase[] = [
  {
    title: 'E2: nothing readable lies on disk, open or closed, in the file or its journals',
    async run(harness) {
      const write = [
        { sql: `CREATE TABLE ${CANARY}table (id TEXT PRIMARY KEY, v TEXT)` },
        { sql: `CREATE VIRTUAL TABLE f USING fts5(x)` },
        { sql: `INSERT INTO ${CANARY}table VALUES (?, ?)`, params: [`${CANARY}-1`, `told ${CANARY} today`] },
        { sql: 'INSERT INTO f (x) VALUES (?)', params: [`told ${CANARY} today`] },
      ];
      const readable = async (name: string) =>
        (await harness.files(name)).some(
          (bytes) => holdsText(bytes, CANARY) || holdsText(bytes, 'SQLite format 3'),
        );
      const plain = await harness.openPlain('control.db');
      await plain.batch(write);
      same(await readable('control.db'), true, 'positive control: open plain file');
      await plain.close();
      same(await readable('control.db'), true, 'positive control: closed plain file');
      await withDatabase(harness, 'secret.db', async (database) => {
        await database.batch(write);
        same(await readable('secret.db'), false, 'open');
      });
      const size = (await harness.files('secret.db')).reduce((sum, bytes) => sum + bytes.length, 0);
      if (size < 8192) throw new Error(`only ${size} bytes were searched`);
      same(await readable('secret.db'), false, 'closed');
    },
  },
  {
    title: 'E3: a wrong key is refused at open, and the bytes stay as they were',
    async run(harness) {
      await withDatabase(harness, 'key.db', async (database) => {
        await database.batch([{ sql: 'CREATE TABLE t (v)' }, { sql: "INSERT INTO t VALUES ('mine')" }]);
      });
      const before = await everyByte(harness, 'key.db');
      same(
        await codeOf(harness.open({ name: 'key.db', key: OTHER_KEY })),
        'DATABASE_KEY_OR_DAMAGE',
        'wrong key',
      );
      same((await everyByte(harness, 'key.db')) === before, true, 'bytes');
      same(
        await withDatabase(harness, 'key.db', (database) => database.all('SELECT v FROM t')),
        [{ v: 'mine' }],
        'rows',
      );
    },
  },
  {
    title: 'D3: a plain-text SQLite file is refused and left as it was',
    async run(harness) {
      const plain = await harness.openPlain('plain.db');
      await plain.batch([{ sql: 'CREATE TABLE t (v)' }]);
      await plain.close();
      const before = await everyByte(harness, 'plain.db');
      same(
        await codeOf(harness.open({ name: 'plain.db', key: KEY })),
        'DATABASE_OPTION_REFUSED',
        'plain file',
      );
      same((await everyByte(harness, 'plain.db')) === before, true, 'bytes');
    },
  },
  {
    title: 'D3: a file of a newer app is refused, and every byte stays as it was',
    async run(harness) {
      await withDatabase(harness, 'newer.db', async (database) => {
        await database.batch([{ sql: 'CREATE TABLE t (v)' }, { sql: 'PRAGMA user_version = 8' }]);
      });
      const open = (newestVersion: number) => harness.open({ name: 'newer.db', key: KEY, newestVersion });
      const before = await everyByte(harness, 'newer.db');
      for (const version of [0, 7]) same(await codeOf(open(version)), 'DATABASE_NEWER', `knows ${version}`);
      same((await everyByte(harness, 'newer.db')) === before, true, 'bytes');
      for (const version of [8, 9]) await (await open(version)).close();
    },
  },
  {
    title: 'E2: what is deleted is overwritten',
    run: (harness) =>
      withDatabase(harness, 'deleting.db', async (database) => {
        same(await database.all('PRAGMA secure_delete'), [{ secure_delete: 1 }], 'secure_delete');
      }),
  },
  {
    title: 'options that cannot be honoured are refused',
    async run(harness) {
      for (const name of ['', '.', '..', 'a/b', '../a', 'a b', 'ä', 'a-wal', ':memory:?', 'x'.repeat(101)]) {
        same(await codeOf(harness.open({ name, key: KEY })), 'DATABASE_OPTION_REFUSED', `name ${name}`);
      }
      for (const length of [0, 16, 31, 33, 64]) {
        const opened = harness.open({ name: 'length.db', key: new Uint8Array(length) });
        same(await codeOf(opened), 'DATABASE_OPTION_REFUSED', `key of ${length} bytes`);
      }
      const unknown = { name: 'unknown.db', key: KEY, readOnly: true };
      same(await codeOf(harness.open(unknown)), 'DATABASE_OPTION_REFUSED', 'unknown option');
    },
  },
  {
    title: 'E3: the caller may overwrite its key once the database is open',
    async run(harness) {
      const key = KEY.slice();
      const database = await harness.open({ name: 'copied.db', key });
      key.fill(0);
      await database.batch([{ sql: 'CREATE TABLE t (v)' }]);
      await database.close();
      same(await withDatabase(harness, 'copied.db', (again) => again.all('SELECT * FROM t')), [], 'rows');
    },
  },
  {
    title: 'one owner at a time: a second opening is told so, and may take over after close',
    run: async (harness) => {
      await withDatabase(harness, 'owner.db', async (database) => {
        await database.batch([{ sql: 'CREATE TABLE t (v)' }]);
        same(await codeOf(harness.open({ name: 'owner.db', key: KEY })), 'DATABASE_BUSY', 'second opening');
        await database.batch([{ sql: 'INSERT INTO t VALUES (1)' }]);
      });
      same(
        await withDatabase(harness, 'owner.db', (next) => next.all('SELECT v FROM t')),
        [{ v: 1 }],
        'rows',
      );
    },
  },
];
