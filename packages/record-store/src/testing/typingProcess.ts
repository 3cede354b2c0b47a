// Types into one note without pause, and reports each revision after its commit, until it is killed.
import { NOTE_FORMATS } from '@fieldchart/clinical';
import { openNodeDatabase } from '@fieldchart/encrypted-sqlite/node';
import { createSeededRandom, silentLogger, systemClock } from '@fieldchart/foundation';
import { openRecordStore } from '../index.ts';
import { AUTHOR, note, NOTE_KEY } from './storeFixture.ts';

const [directory = '', seed = '1'] = process.argv.slice(2);
const database = await openNodeDatabase({ directory })({
  name: 'records.db',
  key: new Uint8Array(32).fill(3),
});
const random = createSeededRandom(Number(seed));
const store = await openRecordStore({ database, clock: systemClock, random, logger: silentLogger });
const section = NOTE_FORMATS.DAP.sections[0].code;
let revision = (await store.get(NOTE_KEY))?.revision ?? 0;
for (;;) {
  const text = `revision ${revision + 1} `.repeat(1 + (revision % 40));
  const position = { section, selectionStart: revision + 1, selectionEnd: 0, scroll: 0 };
  const change = { resource: note({ [section]: text }), basedOn: revision, position, typing: true };
  ({ revision } = await store.recordChange(change, AUTHOR));
  process.stdout.write(`${revision}\n`);
  // Now and then the entry is sent, so that typing goes on over an attempted one.
  if (revision % 97 === 0) {
    await store.settle(NOTE_KEY);
    await store.nextBatch({ entries: 10, bytes: 100_000 });
  }
}
