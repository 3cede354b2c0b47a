import type { Database } from '@fieldchart/encrypted-sqlite';
import { openWebDatabase } from '@fieldchart/encrypted-sqlite/web';
import { createSeededRandom, silentLogger, systemClock } from '@fieldchart/foundation';
import { openRecordStore } from '@fieldchart/record-store';
import { clinicianAtWork, type Tell } from '../clinicianAtWork.ts';
import { type DeviceContent, readDevice } from '../readDevice.ts';

// The page whose browser is killed: the record store over the app's own worker, pool and cipher.

const place = {
  createWorker: () => new Worker('/worker.js', { type: 'module' }),
  wasmUrl: '/mc-wa-sqlite.wasm',
};

async function openStore(key: readonly number[], seed: number) {
  const database: Database = await openWebDatabase(place)({ name: 'records.db', key: Uint8Array.from(key) });
  const random = createSeededRandom(seed);
  return await openRecordStore({ database, clock: systemClock, random, logger: silentLogger });
}

/** Works until the browser is killed, and tells each call of the store and what it saved. */
async function work(key: readonly number[], seed: number, tell: Tell): Promise<never> {
  const clinician = await clinicianAtWork(await openStore(key, seed), seed, tell);
  for (;;) await clinician.step();
}

async function read(key: readonly number[]): Promise<DeviceContent> {
  const { database } = await openStore(key, 0);
  const content = await readDevice(database);
  await database.close();
  return content;
}

Object.assign(globalThis, { crashPage: { work, read } });
