import { type ContractCase, codeOf, same, withDatabase } from './databaseHarness.ts';

/** What goes in comes out, or is refused. */
export const valueCases: readonly ContractCase[] = [
  {
    title: 'every type of value comes back as it went in',
    run: (harness) =>
      withDatabase(harness, 'types.db', async (database) => {
        await database.batch([
          { sql: 'CREATE TABLE t (id INTEGER PRIMARY KEY, i INTEGER, r REAL, s TEXT, b BLOB)' },
        ]);
        const bytes = Uint8Array.from({ length: 300 }, (_, at) => at % 256);
        const rows = [
          [0, 0.5, '', new Uint8Array()],
          [-1, -1e300, 'ñandú 🙂 – «x»', bytes],
          [Number.MAX_SAFE_INTEGER, 1e-300, 'a\nb\t"\'', Uint8Array.of(0)],
          [Number.MIN_SAFE_INTEGER, null, null, null],
          [2 ** 31, 3, 'x'.repeat(3_000_000), Uint8Array.of(255)],
        ] as const;
        for (const row of rows)
          await database.batch([{ sql: 'INSERT INTO t (i, r, s, b) VALUES (?, ?, ?, ?)', params: row }]);
        const read = await database.all('SELECT i, r, s, b FROM t ORDER BY id');
        same(read.length, rows.length, 'rows');
        for (const [at, row] of rows.entries()) {
          const { i, r, s, b } = read[at] ?? {};
          same([i, r, s], row.slice(0, 3), `row ${at}`);
          if (row[3] === null) same(b, null, `bytes ${at}`);
          else if (!(b instanceof Uint8Array)) throw new Error(`row ${at}: bytes did not come as Uint8Array`);
          else same([...b], [...row[3]], `bytes ${at}`);
        }
      }),
  },
  {
    title: 'D3: a value that a driver would store changed is refused, not cut short',
    run: (harness) =>
      withDatabase(harness, 'changed.db', async (database) => {
        await database.batch([{ sql: 'CREATE TABLE t (v)' }]);
        for (const value of ['a\0b', Number.NaN, Number.POSITIVE_INFINITY]) {
          same(
            await codeOf(database.batch([{ sql: 'INSERT INTO t VALUES (?)', params: [value] }])),
            'DATABASE_SQL',
            'value',
          );
        }
        same(await database.all('SELECT * FROM t'), [], 'rows');
      }),
  },
  {
    title: 'E1: no rejection quotes a parameter',
    run: (harness) =>
      withDatabase(harness, 'quote.db', async (database) => {
        await database.batch([{ sql: 'CREATE VIRTUAL TABLE f USING fts5(x)' }]);
        try {
          await database.all('SELECT * FROM f WHERE f MATCH ?', ['"zebracanary']);
        } catch (error) {
          if (String(error).includes('zebracanary'))
            throw new Error('the message quotes the parameter', { cause: error });
          return;
        }
        throw new Error('a malformed query was accepted');
      }),
  },
  {
    title: 'full-text search stands on encrypted pages (pgsz fits their 80 reserved bytes)',
    run: (harness) =>
      withDatabase(harness, 'search.db', async (database) => {
        await database.batch([
          {
            sql: "CREATE VIRTUAL TABLE f USING fts5(x, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')",
          },
          { sql: "INSERT INTO f (f, rank) VALUES ('pgsz', 3970)" },
          { sql: 'INSERT INTO f (x) VALUES (?)', params: ['La clienta durmió mejor'] },
        ]);
        same(
          await database.all('SELECT rowid AS id FROM f WHERE f MATCH ?', ['durmio']),
          [{ id: 1 }],
          'found',
        );
      }),
  },
  {
    title: 'a query asked again after a migration answers with the new column',
    run: (harness) =>
      withDatabase(harness, 'column.db', async (database) => {
        await database.batch([{ sql: 'CREATE TABLE t (a)' }, { sql: 'INSERT INTO t VALUES (1)' }]);
        same(await database.all('SELECT * FROM t'), [{ a: 1 }], 'before');
        await database.batch([{ sql: 'ALTER TABLE t ADD COLUMN b DEFAULT 2' }]);
        same(await database.all('SELECT * FROM t'), [{ a: 1, b: 2 }], 'with one more');
        await database.batch([{ sql: 'ALTER TABLE t RENAME COLUMN b TO c' }]);
        same(await database.all('SELECT * FROM t'), [{ a: 1, c: 2 }], 'with another name');
      }),
  },
  {
    title: 'foreign keys are enforced',
    run: (harness) =>
      withDatabase(harness, 'foreign.db', async (database) => {
        await database.batch([
          { sql: 'CREATE TABLE a (id INTEGER PRIMARY KEY)' },
          { sql: 'CREATE TABLE b (a INTEGER REFERENCES a (id))' },
        ]);
        same(
          await codeOf(database.batch([{ sql: 'INSERT INTO b VALUES (1)' }])),
          'DATABASE_CONSTRAINT',
          'orphan',
        );
      }),
  },
];
