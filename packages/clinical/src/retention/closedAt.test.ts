import { expect, test } from 'vitest';
import type { Composition, Consent, Provenance } from '../fhir/documents.ts';
import type { Encounter } from '../fhir/care.ts';
import { closedAt } from './closedAt.ts';

const at = (text: string) => Date.parse(text);
const visit = (status: Encounter['status'], period?: Encounter['period']): Encounter => ({
  resourceType: 'Encounter',
  id: 'v',
  status,
  class: { code: 'HH' },
  ...(period === undefined ? {} : { period }),
});
const note = (status: Composition['status'], more: Partial<Composition> = {}): Composition => ({
  resourceType: 'Composition',
  id: 'n',
  status,
  type: { text: 'Progress note' },
  date: '2025-01-01T10:00:00Z',
  author: [{ reference: 'Practitioner/p' }],
  title: 'Progress note',
  ...more,
});
const consent = (status: Consent['status'], end?: string): Consent => ({
  resourceType: 'Consent',
  id: 'c',
  status,
  scope: { text: 'treatment' },
  category: [{ text: 'consent' }],
  dateTime: '2024-01-01T10:00:00Z',
  ...(end === undefined ? {} : { provision: { period: { end } } }),
});
const provenance = (target: string): Provenance => ({
  resourceType: 'Provenance',
  id: 's',
  target: [{ reference: target }],
  recorded: '2025-01-01T10:00:00Z',
  agent: [{ who: { reference: 'Practitioner/p' } }],
});

test('a visit is closed at its end once it is over, however long ago it began or was planned', () => {
  const period = { start: '2025-01-01T10:00:00Z', end: '2025-01-02T10:00:00Z' };
  expect(closedAt(visit('finished', period))).toBe(at(period.end));
  expect(closedAt(visit('cancelled', period))).toBe(at(period.end));
  for (const status of ['planned', 'in-progress', 'unknown'] as const) {
    expect(closedAt(visit(status, period)), status).toBeUndefined();
  }
});

test('what bears no date, or none that can be read, is never closed', () => {
  expect(closedAt(visit('finished'))).toBeUndefined();
  expect(closedAt(note('final', { date: 'last spring' }))).toBeUndefined();
});

test('a note is closed when it was signed, a draft never', () => {
  const attester = [{ mode: 'professional' as const, time: '2025-03-01T10:00:00Z' }];
  expect(closedAt(note('final', { attester }))).toBe(at('2025-03-01T10:00:00Z'));
  expect(closedAt(note('entered-in-error'))).toBe(at('2025-01-01T10:00:00Z'));
  expect(closedAt(note('preliminary'))).toBeUndefined();
});

test('a consent in force stays, however old it is; one that ran out was closed then', () => {
  expect(closedAt(consent('active'))).toBeUndefined();
  expect(closedAt(consent('draft'))).toBeUndefined();
  expect(closedAt(consent('active', '2025-06-01T00:00:00Z'))).toBe(at('2025-06-01T00:00:00Z'));
  expect(closedAt(consent('inactive'))).toBe(at('2024-01-01T10:00:00Z'));
});

test('a date without a time means its very last moment anywhere', () => {
  expect(closedAt(note('final', { date: '2024-02' }))).toBe(at('2024-03-01T11:59:59Z'));
  expect(closedAt(note('final', { date: '2024' }))).toBe(at('2025-01-01T11:59:59Z'));
  expect(closedAt(consent('active', '2025-06-01'))).toBe(at('2025-06-02T11:59:59Z'));
});

test('a signature ages only with what ages: that of a client’s own record stays', () => {
  expect(closedAt(provenance('Composition/n/_history/2'))).toBe(at('2025-01-01T10:00:00Z'));
  expect(closedAt(provenance('Patient/x'))).toBeUndefined();
});

test('client, care team and conditions never age out', () => {
  expect(closedAt({ resourceType: 'Patient', id: 'x' })).toBeUndefined();
  expect(closedAt({ resourceType: 'CareTeam', id: 'x', status: 'inactive' })).toBeUndefined();
  const condition = { resourceType: 'Condition', id: 'x', subject: { reference: 'Patient/x' } } as const;
  expect(closedAt({ ...condition, recordedDate: '2001-01-01' })).toBeUndefined();
});
