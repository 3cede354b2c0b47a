import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isCodedError } from '@fieldchart/foundation';
import { KEY } from '../contract/databaseHarness.ts';
import { openNodeDatabase } from '../node/openNodeDatabase.ts';

// A process of its own, because it gives up its rights: nothing is read-only to root. It makes a database, takes the right
// to write away, and says what each opening is refused with and whether anything changed.

const NOBODY = 65_534;
const [, , directory = ''] = process.argv;
const name = 'closed.db';
const database = await openNodeDatabase({ directory })({ name, key: KEY });
await database.batch([{ sql: 'CREATE TABLE t (id INTEGER PRIMARY KEY)' }]);
await database.close();
chmodSync(join(directory, name), 0o444);
chmodSync(directory, 0o555);
if (process.geteuid?.() === 0) process.seteuid?.(NOBODY);

async function refusal(folder: string, file: string): Promise<string> {
  try {
    await (await openNodeDatabase({ directory: folder })({ name: file, key: KEY })).close();
    return 'opened';
  } catch (error) {
    return isCodedError(error) ? error.code : String(error);
  }
}
const contents = () =>
  JSON.stringify(readdirSync(directory).map((file) => [file, readFileSync(join(directory, file), 'hex')]));

const before = contents();
const refusals = [
  await refusal(directory, name),
  await refusal(directory, 'new.db'),
  await refusal(join(directory, 'folder'), name),
];
process.stdout.write(JSON.stringify({ refusals, changed: contents() !== before }));
