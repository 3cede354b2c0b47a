// A process to be killed: a clinician at work on the encrypted database of a folder, who tells on standard output what
// the store has resolved. Arguments: folder, seed, and the bug that it shall have. The key comes on standard input:
// arguments and environment of a process are for everybody to read.
import { readSync, writeSync } from 'node:fs';
import { openNodeDatabase } from '@fieldchart/encrypted-sqlite/node';
import { createSeededRandom, silentLogger, systemClock } from '@fieldchart/foundation';
import { openRecordStore } from '@fieldchart/record-store';
import { clinicianAtWork } from '../clinicianAtWork.ts';
import { type Bug, faultyDatabase, faultyStore } from './writerBugs.ts';

const [directory = '', seedText = '1', named = 'none'] = process.argv.slice(2);
// Whoever starts this process takes it from the list.
const bug = named as Bug;
const seed = Number(seedText);
const key = new Uint8Array(32);
readSync(0, key);

const database = faultyDatabase(bug, await openNodeDatabase({ directory })({ name: 'records.db', key }));
const random = createSeededRandom(seed);
const store = await openRecordStore({ database, clock: systemClock, random, logger: silentLogger });
const work = await clinicianAtWork(faultyStore(bug, store), seed, (report) => {
  // At once: what a process has buffered dies with it.
  writeSync(1, `${JSON.stringify(report)}\n`);
});
for (;;) await work.step();
