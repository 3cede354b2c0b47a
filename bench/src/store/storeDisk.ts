import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FhirResource } from '@fieldchart/clinical';
import type { Database } from '@fieldchart/encrypted-sqlite';
import { openNodeDatabase, openPlainNodeDatabaseForBench } from '@fieldchart/encrypted-sqlite/node';
import { createSeededRandom, silentLogger, systemClock } from '@fieldchart/foundation';
import { openRecordStore } from '@fieldchart/record-store';
import { createTypist } from '../device/typing.ts';
import { type Figure, figure, ratio, type SuiteResult } from '../figures.ts';
import { generateNotes } from '../records/generateNotes.ts';

const NAME = 'records.db';
const KB = 1e3;
const MB = 1e6;

/**
 * What the store costs the disk: so many records loaded, the file's size, and the bytes written for a keystroke, in
 * the encrypted database and in the same store on an unencrypted one.
 */
export async function storeDisk(
  directory: string,
  records: number,
  keystrokes: number,
): Promise<SuiteResult> {
  const figures: Figure[] = [];
  const remarks: string[] = [];
  for (const [name, open] of [
    ['encrypted', openEncrypted],
    ['unencrypted', openPlainNodeDatabaseForBench],
  ] as const) {
    const folder = join(directory, name);
    mkdirSync(folder, { recursive: true });
    const database = await open(folder, NAME);
    const store = await openRecordStore({
      database,
      clock: systemClock,
      random: createSeededRandom(5),
      logger: silentLogger,
    });
    const { practitionerId, portions } = recordsOf(records);
    const start = performance.now();
    for (const resources of portions) await store.loadCaseload({ resources, cursor: 'bench.1' });
    figures.push(figure(`load, ${name}`, records, [(performance.now() - start) / 1000], 's'));
    await database.all('PRAGMA wal_checkpoint(TRUNCATE)');
    figures.push(figure(`file, ${name}`, records, [statSync(join(folder, NAME)).size / MB], 'MB'));

    const written = await bytesOfTyping(folder, database, store, practitionerId, keystrokes);
    if (written === undefined) remarks.push('Bytes written: this system does not count them for a process.');
    else {
      figures.push(figure(`written per keystroke, ${name}`, records, [written.keystroke / KB], 'kB'));
      if (name === 'encrypted')
        figures.push(figure('written per plain one-row commit', records, [written.plain / KB], 'kB'));
    }
    await database.close();
  }
  const of = (what: string) => figures.find((one) => one.what === what);
  return {
    sizes: 'records',
    figures,
    ratios: [
      ratio('load: encrypted / unencrypted', of('load, encrypted'), of('load, unencrypted'), null),
      ratio('file: encrypted / unencrypted', of('file, encrypted'), of('file, unencrypted'), null),
      ratio(
        'written: keystroke / plain one-row commit',
        of('written per keystroke, encrypted'),
        of('written per plain one-row commit'),
        null,
      ),
    ],
    remarks,
  };
}

async function openEncrypted(directory: string, name: string): Promise<Database> {
  return await openNodeDatabase({ directory })({ name, key: createSeededRandom(9).bytes(32) });
}

/** The generator's portions, cut off at so many records. */
function recordsOf(records: number): { practitionerId: string; portions: Iterable<readonly FhirResource[]> } {
  const { practitionerId, portions } = generateNotes(records);
  return {
    practitionerId,
    portions: {
      *[Symbol.iterator]() {
        let missing = records;
        for (const portion of portions) {
          if (missing === 0) return;
          const taken = portion.slice(0, missing);
          missing -= taken.length;
          yield taken;
        }
      },
    },
  };
}

/** Bytes that the process hands to the system for writing, a keystroke and a plain commit; the log's copying included. */
async function bytesOfTyping(
  folder: string,
  database: Database,
  store: Parameters<typeof createTypist>[0]['store'],
  practitionerId: string,
  keystrokes: number,
): Promise<{ readonly keystroke: number; readonly plain: number } | undefined> {
  if (!existsSync('/proc/self/io')) return undefined;
  const plain = await openPlainNodeDatabaseForBench(folder, 'plain.db');
  await plain.batch([
    { sql: 'CREATE TABLE notes (key TEXT NOT NULL PRIMARY KEY, resource TEXT NOT NULL)' },
    { sql: "INSERT INTO notes (key, resource) VALUES ('one', '')" },
  ]);
  const typist = await createTypist({
    store,
    plain,
    practitionerId,
    random: createSeededRandom(6),
    now: () => systemClock.now(),
    elapsed: () => performance.now(),
  });
  const mean = async (database_: Database, work: () => Promise<unknown>) => {
    await database_.all('PRAGMA wal_checkpoint(TRUNCATE)');
    const before = bytesWritten();
    for (let at = 0; at < keystrokes; at += 1) await work();
    await database_.all('PRAGMA wal_checkpoint(TRUNCATE)');
    return (bytesWritten() - before) / keystrokes;
  };
  const keystroke = await mean(database, () => typist.keystroke());
  const commit = await mean(plain, () => typist.plainCommit());
  await plain.close();
  return { keystroke, plain: commit };
}

function bytesWritten(): number {
  return Number(/^wchar: (\d+)$/mu.exec(readFileSync('/proc/self/io', 'utf8'))?.[1] ?? 0);
}
