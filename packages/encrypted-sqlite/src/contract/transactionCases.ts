import type { Database } from '../database.ts';
import { type ContractCase, codeOf, same, withDatabase } from './databaseHarness.ts';

const TABLE = 'CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT NOT NULL UNIQUE)';
const INSERT = 'INSERT INTO t (v) VALUES (?)';
const values = async (database: Database) =>
  (await database.all<{ v: string }>('SELECT v FROM t ORDER BY id')).map((row) => row.v);

/** Transactions, guards and the order of calls. */
export const transactionCases: readonly ContractCase[] = [
  {
    title: 'D2: a batch takes effect whole, and says how many rows each statement changed',
    run: (harness) =>
      withDatabase(harness, 'batch.db', async (database) => {
        const results = await database.batch([
          { sql: TABLE },
          { sql: INSERT, params: ['a'], expectChanges: 1 },
          { sql: "INSERT INTO t (v) VALUES ('b'), ('c')" },
          { sql: 'SELECT v FROM t' },
          { sql: "UPDATE t SET v = v || '!' WHERE id > 1" },
          { sql: 'CREATE INDEX i ON t (v)' },
          { sql: "DELETE FROM t WHERE v = 'nobody'" },
        ]);
        same(
          results.map((result) => result.changes),
          [0, 1, 2, 0, 2, 0, 0],
          'changes',
        );
        same(await values(database), ['a', 'b!', 'c!'], 'rows');
      }),
  },
  {
    title: 'D2: an unmet guard or a refused row rolls the whole batch back',
    run: (harness) =>
      withDatabase(harness, 'guard.db', async (database) => {
        await database.batch([{ sql: TABLE }, { sql: INSERT, params: ['kept'] }]);
        const unmet = database.batch([
          { sql: INSERT, params: ['gone'] },
          { sql: "UPDATE t SET v = 'x' WHERE id = 99", expectChanges: 1 },
        ]);
        same(await codeOf(unmet), 'DATABASE_GUARD', 'unmet guard');
        const refused = database.batch([
          { sql: INSERT, params: ['gone'] },
          { sql: INSERT, params: ['kept'] },
        ]);
        same(await codeOf(refused), 'DATABASE_CONSTRAINT', 'refused row');
        const wrong = database.batch([{ sql: INSERT, params: ['gone'] }, { sql: 'INSERT INTO nowhere' }]);
        same(await codeOf(wrong), 'DATABASE_SQL', 'wrong SQL');
        same(await values(database), ['kept'], 'rows');
        await database.batch([{ sql: INSERT, params: ['next'] }]);
        same(await values(database), ['kept', 'next'], 'the database goes on');
      }),
  },
  {
    title: 'D2: a transaction reads its own writes, and rolls back with the reason of its work',
    run: (harness) =>
      withDatabase(harness, 'transaction.db', async (database) => {
        await database.batch([{ sql: TABLE }]);
        const inside = await database.transaction(async (transaction) => {
          await transaction.run(INSERT, ['a']);
          return await transaction.all('SELECT count(*) AS n FROM t');
        });
        same(inside, [{ n: 1 }], 'own write');
        const reason = new Error('changed my mind');
        let caught: unknown;
        try {
          await database.transaction(async (transaction) => {
            await transaction.run(INSERT, ['b']);
            throw reason;
          });
        } catch (error) {
          caught = error;
        }
        if (caught !== reason) throw new Error('the reason was replaced');
        same(await values(database), ['a'], 'rows');
      }),
  },
  {
    title: 'D2: a refused row inside a transaction can be handled, and the rest commits',
    run: (harness) =>
      withDatabase(harness, 'handled.db', async (database) => {
        await database.batch([{ sql: TABLE }]);
        await database.transaction(async (transaction) => {
          await transaction.run(INSERT, ['a']);
          same(await codeOf(transaction.run(INSERT, ['a'])), 'DATABASE_CONSTRAINT', 'refused');
          await transaction.run(INSERT, ['b']);
        });
        same(await values(database), ['a', 'b'], 'rows');
      }),
  },
  {
    title: 'D2: nothing of a transaction that SQLite itself ended runs outside of it',
    run: (harness) =>
      withDatabase(harness, 'ended.db', async (database) => {
        await database.batch([{ sql: TABLE }, { sql: INSERT, params: ['a'] }]);
        const ended = database.transaction(async (transaction) => {
          await transaction.run(INSERT, ['b']);
          await codeOf(transaction.run('INSERT OR ROLLBACK INTO t (v) VALUES (?)', ['a']));
          same(await codeOf(transaction.run(INSERT, ['c'])), 'DATABASE_CONSTRAINT', 'later statement');
        });
        same(await codeOf(ended), 'DATABASE_CONSTRAINT', 'commit');
        same(await values(database), ['a'], 'rows');
      }),
  },
  {
    title:
      'D3: a full storage rolls back what was under way, loses nothing before it, and the database goes on',
    run: (harness) =>
      withDatabase(harness, 'full.db', async (database) => {
        await database.batch([{ sql: TABLE }, { sql: INSERT, params: ['kept'] }]);
        const [size] = await database.all<{ page_count: number }>('PRAGMA page_count');
        await database.all(`PRAGMA max_page_count = ${(size?.page_count ?? 0) + 4}`);
        const large = { sql: INSERT, params: ['x'.repeat(200_000)] };
        const batch = database.batch([{ sql: INSERT, params: ['gone'] }, large]);
        same(await codeOf(batch), 'DATABASE_FULL', 'batch');
        const stubborn = database.transaction(async (transaction) => {
          await transaction.run(INSERT, ['gone']);
          same(await codeOf(transaction.run(large.sql, large.params)), 'DATABASE_FULL', 'statement');
          same(await codeOf(transaction.run(INSERT, ['escaped'])), 'DATABASE_FULL', 'the next statement');
        });
        same(await codeOf(stubborn), 'DATABASE_FULL', 'a transaction that went on');
        same(await values(database), ['kept'], 'rows while full');
        await database.all('PRAGMA max_page_count = 1000000');
        await database.batch([{ sql: INSERT, params: ['next'] }]);
        same(await values(database), ['kept', 'next'], 'rows with room again');
      }),
  },
  {
    title:
      'D3: a storage that turns read-only rolls back what was under way, loses nothing, answers reads, and goes on later',
    run: (harness) =>
      withDatabase(harness, 'read-only.db', async (database) => {
        await database.batch([{ sql: TABLE }, { sql: INSERT, params: ['kept'] }]);
        // SQLite itself then answers SQLITE_READONLY, as over a medium that takes no more writes.
        const stubborn = database.transaction(async (transaction) => {
          await transaction.run(INSERT, ['gone']);
          await transaction.all('PRAGMA query_only = ON');
          same(await codeOf(transaction.run(INSERT, ['gone too'])), 'DATABASE_READ_ONLY', 'statement');
          same(
            await codeOf(transaction.run(INSERT, ['escaped'])),
            'DATABASE_READ_ONLY',
            'the next statement',
          );
        });
        same(await codeOf(stubborn), 'DATABASE_READ_ONLY', 'a transaction that went on');
        const batch = database.batch([{ sql: INSERT, params: ['gone'] }]);
        same(await codeOf(batch), 'DATABASE_READ_ONLY', 'batch');
        same(await values(database), ['kept'], 'rows while read-only');
        await database.all('PRAGMA query_only = OFF');
        await database.batch([{ sql: INSERT, params: ['next'] }]);
        same(await values(database), ['kept', 'next'], 'rows once it is writable');
      }),
  },
  {
    title: 'O1: calls run in the order in which they were made, a transaction as one turn',
    run: (harness) =>
      withDatabase(harness, 'order.db', async (database) => {
        await database.batch([{ sql: TABLE }]);
        const long = database.transaction(async (transaction) => {
          for (const v of ['1', '2', '3']) await transaction.run(INSERT, [v]);
        });
        const others = ['4', '5', '6'].map((v) => database.batch([{ sql: INSERT, params: [v] }]));
        const seen = values(database);
        await Promise.all([long, ...others]);
        same(await seen, ['1', '2', '3', '4', '5', '6'], 'order');
        const escaped = await database.transaction((transaction) => Promise.resolve(transaction));
        same(await codeOf(escaped.run(INSERT, ['late'])), 'DATABASE_CLOSED', 'used after its end');
      }),
  },
  {
    title: 'statements of transactions, attached files and several statements in one text are refused',
    run: (harness) =>
      withDatabase(harness, 'refused.db', async (database) => {
        await database.batch([{ sql: TABLE }]);
        for (const sql of ['COMMIT', ' rollback', "ATTACH 'x' AS x", 'SAVEPOINT s']) {
          same(await codeOf(database.all(sql)), 'DATABASE_SQL', sql);
        }
        same(await values(database), [], 'rows');
      }),
  },
  {
    title: 'D1: close waits for what was queued; later calls are refused',
    run: async (harness) => {
      await withDatabase(harness, 'close.db', async (database) => {
        await database.batch([{ sql: TABLE }]);
        const queued = database.batch([{ sql: INSERT, params: ['a'] }]);
        const closed = database.close();
        same(await codeOf(database.all('SELECT 1')), 'DATABASE_CLOSED', 'after close');
        await queued;
        await closed;
      });
      same(await withDatabase(harness, 'close.db', values), ['a'], 'rows');
    },
  },
];
