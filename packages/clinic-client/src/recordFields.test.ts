import {
  createEncounter,
  createNote,
  createPatient,
  finishEncounter,
  validateResource,
} from '@fieldchart/clinical';
import { expect, test } from 'vitest';
import { fieldsOf, withFields } from './recordFields.ts';

const id = (digit: number) => `${digit}0000000-0000-4000-8000-000000000001`;
const client = createPatient({
  id: id(1),
  organizationId: id(9),
  given: 'Rosa',
  family: 'Marsh',
  birthDate: '1984-02-29',
  gender: 'female',
  phone: '555-0101',
  line: '1 Main St',
  city: 'Ely',
  state: 'NV',
  postalCode: '89301',
  language: 'en',
});
const visit = createEncounter({
  id: id(2),
  clientId: id(1),
  practitionerId: id(3),
  practitionerName: 'Ana Duarte',
  organizationId: id(9),
  place: 'HH',
  location: 'Kitchen',
  startedAt: 1_790_000_000_000,
});
const note = createNote({
  id: id(4),
  clientId: id(1),
  encounterId: id(2),
  practitionerId: id(3),
  practitionerName: 'Ana Duarte',
  organizationId: id(9),
  format: 'DAP',
  title: 'Progress note',
  now: 1_790_000_000_000,
});
const textsOf = (resource: Parameters<typeof fieldsOf>[0]) =>
  Object.fromEntries(fieldsOf(resource).map(({ code, text }) => [code, text]));

test.each([
  ['a client', client, { given: 'Rosalía', phone: '', city: 'Reno', language: 'es', gender: 'other' }],
  ['a visit', visit, { place: 'VR', location: '' }],
  ['a note', note, { data: 'Seen.', '18776-5': 'Again on Thursday.' }],
])('what is written into the fields of %s is read from them again, and is valid', (_name, record, texts) => {
  const changed = withFields(record, texts);
  expect(textsOf(changed)).toEqual({ ...textsOf(record), ...texts });
  expect(validateResource(changed)).toMatchObject({ ok: true });
});

test.each([client, visit, note])('C1: what no field names stays exactly as it is', (record) => {
  expect(withFields(record, textsOf(record))).toBe(record);
  expect(withFields(record, { unknown: 'text' })).toBe(record);
  const { name: _name, ...rest } = withFields(client, { given: 'Rosa Maria' }) as typeof client;
  const { name: _old, ...before } = client;
  expect(rest).toEqual(before);
});

test('that a visit is over and when it ended are one fact', () => {
  const finished = finishEncounter(visit, { endedAt: 1_790_000_100_000 });
  const { end = '' } = textsOf(finished);
  expect(withFields(visit, { end })).toEqual(finished);
  expect(withFields(finished, { end: '' })).toEqual(visit);
});

test('control characters that a paste brings are left out, or no server would take the mended text', () => {
  const broken = { ...visit, location: [{ location: { display: 'Kitchen\u000Btable' } }] };
  expect(validateResource(broken).ok).toBe(false);
  const mended = withFields(broken, textsOf(broken));
  expect(textsOf(mended)['location']).toBe('Kitchentable');
  expect(validateResource(mended).ok).toBe(true);
});
