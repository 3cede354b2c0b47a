import { KEY } from '../contract/databaseHarness.ts';
import { openNodeDatabase } from '../node/openNodeDatabase.ts';

// A process to be killed: it writes row after row and says which ones the database acknowledged.
const [, , directory = ''] = process.argv;
const database = await openNodeDatabase({ directory })({ name: 'killed.db', key: KEY });
await database.batch([{ sql: 'CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, v TEXT)' }]);
const [row] = await database.all<{ last: number }>('SELECT coalesce(max(id), 0) AS last FROM t');
for (let id = (row?.last ?? 0) + 1; ; id += 1) {
  await database.batch([
    { sql: 'INSERT INTO t VALUES (?, ?)', params: [id, 'x'.repeat(900)], expectChanges: 1 },
  ]);
  process.stdout.write(`${id}\n`);
  // Standard output is sent between turns of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
}
