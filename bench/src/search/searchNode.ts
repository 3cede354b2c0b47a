import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type Composition, foldText, noteSections } from '@fieldchart/clinical';
import { openPlainNodeDatabaseForBench } from '@fieldchart/encrypted-sqlite/node';
import { openRecordStore, type RecordStore } from '@fieldchart/record-store';
import MiniSearch from 'minisearch';
import { databaseName } from '../../../packages/clinic-client/src/openUserDatabase.ts';
import { openUserDatabase } from '../device/benchUser.ts';
import { moreClients } from '../device/moreClients.ts';
import { CLIENTS, indexAll, searchInTurn } from '../device/searching.ts';
import { createTypist } from '../device/typing.ts';
import { type TypedBesideIndex, typeBesideIndex } from '../device/typingBesideIndex.ts';
import { type Figure, figure, type SuiteResult } from '../figures.ts';
import { collectGarbage } from '../garbage.ts';
import { type NodeDevice, openNodeDevice, PLAIN } from '../node/nodeDevice.ts';
import { searchResult } from './searchResult.ts';

const elapsed = () => performance.now();

/** Search over the Node adapter, beside a linear scan and MiniSearch, which hold every note in memory. */
export async function searchNode(device: NodeDevice, samples: number): Promise<SuiteResult> {
  const { platform } = openNodeDevice(device.directory);
  const file = join(device.directory, databaseName(device.userId));
  const database = await openUserDatabase(platform, device.userId);
  const store = await openRecordStore({ ...platform, database });
  await moreClients(store, CLIENTS, platform.random);
  const typed = await typeBeside(store, device, samples);
  await checkpoint(store);
  const before = statSync(file).size;
  const indexed = await indexAll(store, elapsed);
  await checkpoint(store);
  const size = statSync(file).size - before;
  const searched = await searchInTurn(store, device.practitionerId, samples, elapsed);
  const figures = [
    figure('making the index', device.notes, [indexed / 1000], 's'),
    figure('the index on disk', device.notes, [size / 1e6], 'MB'),
    ...(await inMemory(store, device.notes, samples)),
  ];
  await database.close();
  return searchResult(device.notes, searched, { figures, remarks: [], inFrame: false, typed });
}

async function typeBeside(
  store: RecordStore,
  device: NodeDevice,
  samples: number,
): Promise<TypedBesideIndex> {
  const { platform } = openNodeDevice(device.directory);
  const plain = await openPlainNodeDatabaseForBench(device.directory, PLAIN);
  const typist = await createTypist({
    store,
    plain,
    practitionerId: device.practitionerId,
    random: platform.random,
    now: () => platform.clock.now(),
    elapsed,
  });
  const typed = await typeBesideIndex({
    store,
    typist,
    timers: platform.timers,
    bursts: Math.ceil(samples / 5),
  });
  await plain.close();
  return typed;
}

async function checkpoint(store: RecordStore): Promise<void> {
  await store.database.all('PRAGMA wal_checkpoint(TRUNCATE)');
}

/** What has no index on disk must read and hold all notes first: each start pays for it, in time and in memory. */
async function inMemory(store: RecordStore, notes: number, samples: number): Promise<Figure[]> {
  const memory = () => {
    collectGarbage();
    return process.memoryUsage().heapUsed / 1e6;
  };
  const empty = memory();
  let start = elapsed();
  const rows = await store.database.all<{ resource: string }>(
    "SELECT resource FROM records WHERE type = 'Composition' ORDER BY date DESC",
  );
  const texts = rows.map(({ resource }) => textOf(JSON.parse(resource) as Composition));
  const loaded = elapsed() - start;
  const scan = timed(samples, () => firstOf(texts, (text) => /\bsleep/u.test(text)));
  const scanRare = timed(samples, () => firstOf(texts, (text) => text.includes('brightest')));
  const scanned = memory() - empty;
  start = elapsed();
  const mini = new MiniSearch({ fields: ['text'], idField: 'id' });
  mini.addAll(texts.map((text, id) => ({ id, text })));
  const made = elapsed() - start;
  const held = memory() - empty - scanned;
  const few = Math.min(samples, 10);
  return [
    figure('linear scan: start (read every note)', notes, [loaded]),
    figure('linear scan: memory', notes, [scanned], 'MB'),
    figure('linear scan: a prefix that many have', notes, scan),
    figure('linear scan: a word that none has', notes, scanRare),
    figure('MiniSearch: start (after reading every note)', notes, [made]),
    figure('MiniSearch: memory, beside the notes', notes, [held], 'MB'),
    figure(
      'MiniSearch: a prefix',
      notes,
      timed(few, () => mini.search('slee', { prefix: true }).length),
    ),
    figure(
      'MiniSearch: two words',
      notes,
      timed(few, () => mini.search('appetite sleeping', { combineWith: 'AND' }).length),
    ),
    figure(
      'MiniSearch: a common word',
      notes,
      timed(few, () => mini.search('the').length),
    ),
  ];
}

const textOf = (note: Composition) =>
  foldText(
    noteSections(note)
      .map(({ text }) => text)
      .join('\n'),
  );

function firstOf(texts: readonly string[], answers: (text: string) => boolean): number {
  let found = 0;
  for (const text of texts) {
    if (answers(text)) found += 1;
    if (found === 40) break;
  }
  return found;
}

function timed(samples: number, work: () => unknown): number[] {
  return Array.from({ length: samples }, () => {
    const start = elapsed();
    work();
    return elapsed() - start;
  });
}
