import { expect, test } from 'vitest';
import { companionId, noteOf, signedNoteOf } from './chart.ts';
import { judge, type Problem } from './judge.ts';
import type { DeviceContent } from './readDevice.ts';
import { createWitness, type Saved } from './reports.ts';

// Each rule by which a killed device is judged can find it guilty.

const place = { id: 'a1', clientId: 'c1', encounterId: 'e1' };
const key = 'Composition/a1';
const whole: DeviceContent = {
  records: [{ key, resource: JSON.stringify(noteOf(place, 5)), cursor: 5 }],
  outbox: [{ id: 'm2', key, state: 'attempted', body: 'bytes' }],
  receipts: [{ id: 'm1', key }],
  damage: [],
};
const shown: Saved = {
  records: [{ key, edit: 5 }],
  attempted: [{ mutationId: 'm2', body: 'bytes' }],
  acknowledged: ['m1'],
};

const kinds = (content: Partial<DeviceContent>, saved: Saved = shown): readonly Problem['kind'][] => {
  const witness = createWitness();
  witness.hear(saved);
  return judge({ ...whole, ...content }, witness).map(({ kind }) => kind);
};
const record = (resource: unknown, cursor = 5) => ({
  records: [{ key, resource: JSON.stringify(resource), cursor }],
});

test('what was reported and is there is neither lost nor torn; nor is one edit more', () => {
  expect(kinds({})).toEqual([]);
  expect(kinds(record(noteOf(place, 6), 6))).toEqual([]);
});

test.each<readonly [name: string, content: Partial<DeviceContent>, kind: Problem['kind']]>([
  ['an older edit', record(noteOf(place, 4), 4), 'lost'],
  [
    'no record',
    {
      records: [],
      outbox: [],
      receipts: [
        { id: 'm1', key },
        { id: 'm2', key },
      ],
    },
    'lost',
  ],
  ['no attempt', { outbox: [] }, 'lost'],
  ['an attempt that waits again', { outbox: [{ id: 'm2', key, state: 'waiting', body: 'bytes' }] }, 'lost'],
  ['an attempt of other bytes', { outbox: [{ id: 'm2', key, state: 'attempted', body: 'other' }] }, 'lost'],
  ['no receipt', { receipts: [] }, 'lost'],
  ['an edit that nobody asked for', record(noteOf(place, 7), 7), 'torn'],
  ['the cursor of another edit', record(noteOf(place, 5), 4), 'torn'],
  ['a text that nobody wrote', record({ ...noteOf(place, 5), title: 'Other' }), 'torn'],
  ['a signature without what belongs to it', record(signedNoteOf(place, 5)), 'torn'],
  ['an entry that has its receipt', { receipts: [...whole.receipts, { id: 'm2', key }] }, 'torn'],
  ['what SQLite calls damage', { damage: ['row 1 missing from index'] }, 'torn'],
])('%s is found', (_name, content, kind) => {
  expect(kinds(content)).toEqual([kind]);
});

test('a record without its entry is found, and an entry without its record', () => {
  const settled: Saved = { records: [{ key, edit: 5 }] };
  expect(kinds({ outbox: [], receipts: [] }, settled)).toEqual(['torn']);
  const stray = { id: 'm3', key: 'Patient/p', state: 'waiting', body: null };
  expect(kinds({ outbox: [...whole.outbox, stray] })).toEqual(['torn']);
});

test('what belongs to a signature is found where the signature is missing', () => {
  const companion = noteOf({ ...place, id: companionId('a1') }, 1);
  const companionKey = `Composition/${companionId('a1')}`;
  const records = [...whole.records, { key: companionKey, resource: JSON.stringify(companion), cursor: 1 }];
  const outbox = [...whole.outbox, { id: 'm3', key: companionKey, state: 'waiting', body: null }];
  expect(kinds({ records, outbox })).toEqual(['torn']);
});
