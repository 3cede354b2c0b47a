import { type FhirResource, finishEncounter, resourceKey, signatureProvenance } from '@fieldchart/clinical';
import { expect, test } from 'vitest';
import { type AgeingRecord, decideAgedOut, lastActivity } from './decideAgedOut.ts';
import { note, NOTE, signature, signed, START, visit } from './testing/storeFixture.ts';

// Everything of the fixture happened at START, and the limit lies a day after it unless a test says otherwise.

const DAY = 86_400_000;
const BEFORE = START + DAY;
const instant = (time: number) => new Date(time).toISOString();

const held = (resource: FhirResource, more: Partial<AgeingRecord> = {}): AgeingRecord => ({
  key: resourceKey(resource),
  resource,
  versionId: '1',
  serverTime: instant(START + 5 * DAY),
  receivedAt: null,
  pinned: false,
  ...more,
});
const over = finishEncounter(visit(), { endedAt: START + 1000 });
const final = signed(note({ data: 'long ago' }));
const seal = signature(final);
const addendum = {
  ...signed(note({ data: 'later' }, '30000000-0000-4000-8000-000000000002')),
  encounter: undefined,
  relatesTo: [{ code: 'appends' as const, targetReference: { reference: `Composition/${NOTE}` } }],
};
const gone = (records: readonly AgeingRecord[], before = BEFORE) =>
  decideAgedOut(records, before).map((unit) => [
    ...new Set(unit.map(({ resource }) => resource.resourceType)),
  ]);

test('a visit goes with its note, and the note with its signature', () => {
  expect(gone([held(over), held(final), held(seal)])).toEqual([['Encounter', 'Composition', 'Provenance']]);
});

test('a unit stays whole while one of it is open, young, or has no version on the server', () => {
  expect(gone([held(visit()), held(final), held(seal)])).toEqual([]);
  expect(gone([held(over), held(note({ data: 'a draft' })), held(seal)])).toEqual([]);
  const young = { ...addendum, attester: [{ mode: 'professional' as const, time: instant(BEFORE) }] };
  expect(gone([held(over), held(final), held(young)])).toEqual([]);
  expect(gone([held(over), held(addendum)])).toEqual([['Encounter'], ['Composition']]);
  expect(gone([held(over), held(final, { versionId: null, serverTime: null })])).toEqual([]);
});

test('D3: what waits, or is needed by what waits, keeps its whole unit', () => {
  for (const at of [0, 1, 2]) {
    const records = [over, final, seal].map((one, place) => held(one, { pinned: place === at }));
    expect(gone(records), String(at)).toEqual([]);
  }
});

test('units that nothing joins go alone: another visit’s draft keeps nothing of this one', () => {
  const other = visit('20000000-0000-4000-8000-000000000002');
  expect(gone([held(over), held(other), held(seal)])).toEqual([['Encounter'], ['Provenance']]);
});

test('age counts from the server’s time of a change, but not of a first version, which may have been imported', () => {
  expect(lastActivity(held(over))).toBe(START + 1000);
  expect(lastActivity(held(over, { versionId: '2' }))).toBe(START + 5 * DAY);
  expect(lastActivity(held(over, { versionId: 'abc' }))).toBe(START + 5 * DAY);
});

test('D3: what this device brought stays for as long after its receipt: a younger backup can have it again', () => {
  const receivedAt = instant(START + 3 * DAY);
  expect(lastActivity(held(over, { receivedAt }))).toBe(START + 3 * DAY);
  expect(gone([held(over, { receivedAt })])).toEqual([]);
  expect(gone([held(over, { receivedAt })], START + 3 * DAY + 1)).toEqual([['Encounter']]);
});

test('what a receipt or a version says of time and cannot be read is no reason to erase', () => {
  expect(gone([held(over, { receivedAt: 'soon' })])).toEqual([]);
  expect(gone([held(over, { versionId: '2', serverTime: 'soon' })])).toEqual([]);
});

test('an import’s Provenance without a signature joins nothing', () => {
  const targets = [over, visit('20000000-0000-4000-8000-000000000003')];
  const { signature: _none, ...plain } = signatureProvenance({
    id: '40000000-0000-4000-8000-000000000009',
    targets,
    signerId: 'p1',
    organizationId: 'org',
    deviceId: 'd1',
    when: START,
    jws: 'a.b.c',
    type: 'author',
  });
  expect(gone([...targets.map((one) => held(one)), held(plain)])).toEqual([['Encounter'], ['Provenance']]);
});
