import { expect, test } from 'vitest';
import {
  clientOf,
  createCareTeam,
  createEncounter,
  createPatient,
  displayName,
  finishEncounter,
  foldText,
  validateResource,
} from './index.ts';

const startedAt = Date.UTC(2026, 0, 5, 10);
const input = {
  id: 'p1',
  organizationId: 'o1',
  given: 'José Luis',
  family: 'Núñez',
  birthDate: '1980-02-29',
  gender: 'male',
  phone: '555-0100',
  line: '12 Mill Road',
  city: 'Alder',
  state: 'MT',
  postalCode: '59710',
  language: 'es',
} as const;

test('a client registered offline is a valid Patient', () => {
  const patient = createPatient(input);
  expect(validateResource(patient)).toMatchObject({ ok: true });
  expect(displayName(patient)).toBe('José Luis Núñez');
});

test('fields left empty leave no empty elements', () => {
  const patient = createPatient({
    ...input,
    phone: '',
    line: '',
    city: '',
    state: '',
    postalCode: '',
    birthDate: '',
  });
  expect(validateResource(patient)).toMatchObject({ ok: true });
  expect(patient).not.toHaveProperty('address');
  expect(patient).not.toHaveProperty('telecom');
  expect(patient).not.toHaveProperty('birthDate');
});

test('a visit begins, ends, and never ends before it began even if the clock went back', () => {
  const visit = createEncounter({
    id: 'e1',
    clientId: 'p1',
    practitionerId: 'd1',
    practitionerName: 'Ana Duarte',
    organizationId: 'o1',
    place: 'HH',
    location: 'Kitchen table',
    startedAt,
  });
  expect(validateResource(visit)).toMatchObject({ ok: true });
  const finished = finishEncounter(visit, { endedAt: startedAt + 3_600_000 });
  expect(finished).toMatchObject({ status: 'finished', period: { end: '2026-01-05T11:00:00.000Z' } });
  expect(validateResource(finishEncounter(visit, { endedAt: startedAt - 1 }))).toMatchObject({ ok: true });
});

test('S3: a care team names its client and its members', () => {
  const team = createCareTeam({
    id: 't1',
    clientId: 'p1',
    members: [{ practitionerId: 'd1', name: 'Ana Duarte' }],
    organizationId: 'o1',
    startedAt,
  });
  expect(validateResource(team)).toMatchObject({ ok: true });
  expect(clientOf(team)).toBe('p1');
  expect(team.participant?.[0]?.member?.reference).toBe('Practitioner/d1');
});

test('search folds case and diacritics', () => {
  expect(foldText('Núñez-ØSTERGÅRD Łukasz Straße')).toBe('nunez-ostergard lukasz strasse');
});

test('the name shown is the official one, then the usual one, then any that is not an old one', () => {
  const [old, usual] = [{ use: 'old', family: 'A' } as const, { use: 'usual', family: 'B' } as const];
  expect(displayName({ name: [old, usual] })).toBe('B');
  expect(displayName({ name: [old, { family: 'C', given: ['D'] }] })).toBe('D C');
  expect(displayName({ name: [{ text: 'E F' }] })).toBe('E F');
  expect(displayName({})).toBe('');
});
