import {
  type Composition,
  type FhirResource,
  clientOf,
  instantToMilliseconds,
  noteSections,
  referencesOf,
  resourceKey,
  validateResource,
} from '@fieldchart/clinical';
import { expect, test } from 'vitest';
import { DEMO_CLIENTS, DEMO_NOTES, generateDemo } from './generateDemo.ts';

const now = Date.UTC(2026, 10, 22, 22);
const demo = generateDemo({ seed: 1, now });
const clients = [...demo.clients];
const staff: FhirResource[] = [
  demo.organization,
  ...demo.practitioners.map(({ practitioner }) => practitioner),
];
const resources = [...staff, ...clients.flatMap((client) => client.resources)];
const notes = resources.filter(
  (resource): resource is Composition => resource.resourceType === 'Composition',
);
const texts = notes.map((note) =>
  noteSections(note)
    .map(({ text }) => text)
    .join('\n'),
);

test('the demonstration has its clinicians, clients, visits and notes, exactly', () => {
  expect(demo.practitioners.map(({ role }) => role)).toEqual([
    'clinician',
    'clinician',
    'clinician',
    'supervisor',
  ]);
  expect(clients).toHaveLength(DEMO_CLIENTS);
  expect(notes).toHaveLength(DEMO_NOTES);
  expect(resources.filter(({ resourceType }) => resourceType === 'Encounter')).toHaveLength(DEMO_NOTES);
  for (const { practitioner, role } of demo.practitioners) {
    const own = clients.filter(({ clinicianId }) => clinicianId === practitioner.id);
    expect(own).toHaveLength(role === 'clinician' ? 100 : 0);
  }
});

test('the same seed and time make the same records, another seed others', () => {
  const again = [...generateDemo({ seed: 1, now }).clients];
  expect(JSON.stringify(again)).toBe(JSON.stringify(clients));
  const [other] = generateDemo({ seed: 2, now }).clients;
  expect(JSON.stringify(other)).not.toBe(JSON.stringify(clients[0]));
});

test('every resource is valid, has its own id, and refers only to what stands before it', () => {
  const known = new Set<string>();
  for (const resource of resources) {
    const result = validateResource(resource);
    if (!result.ok) expect.fail(JSON.stringify(result.error.issues));
    const unknown = referencesOf(resource).filter((key) => !known.has(key));
    if (unknown.length > 0 || known.has(resourceKey(resource))) expect.fail(resourceKey(resource));
    known.add(resourceKey(resource));
  }
});

test('some clients have a risk, all a program, and bookings agree with the visits', () => {
  const ofType = <Type extends FhirResource['resourceType']>(type: Type) =>
    resources.filter(
      (resource): resource is Extract<FhirResource, { resourceType: Type }> => resource.resourceType === type,
    );
  const risky = new Set(ofType('Flag').flatMap((flag) => (flag.status === 'active' ? [clientOf(flag)] : [])));
  expect(risky.size).toBeGreaterThan(30);
  expect(risky.size).toBeLessThan(100);
  expect(ofType('Flag').some(({ status }) => status === 'inactive')).toBe(true);
  expect(new Set(ofType('EpisodeOfCare').map(clientOf)).size).toBe(DEMO_CLIENTS);
  const programs = new Set(ofType('EpisodeOfCare').map(({ type }) => type?.[0]?.text));
  expect(programs).toEqual(new Set(['Outpatient therapy', 'Home-based care', 'Recovery support']));

  const started = new Map(
    ofType('Encounter').flatMap((visit) =>
      (visit.appointment ?? []).map(({ reference }) => [reference, visit.period?.start] as const),
    ),
  );
  for (const booking of ofType('Appointment')) {
    const start = instantToMilliseconds(booking.start ?? '') ?? 0;
    if (booking.status === 'booked') expect(start).toBeGreaterThan(now);
    else expect(started.get(resourceKey(booking))).toBe(booking.start);
  }
  const booked = ofType('Appointment').filter(({ status }) => status === 'booked');
  expect(new Set(booked.map(clientOf)).size).toBe(booked.length);
  expect(booked.length).toBeGreaterThan(150);
  const slots = booked.map(({ start, participant }) => `${start} ${participant[1]?.actor?.reference}`);
  expect(new Set(slots).size).toBe(slots.length);
});

test('no note repeats another, and all have a length that people write', () => {
  expect(new Set(texts).size).toBe(texts.length);
  const lengths = texts.map((text) => text.length);
  expect(Math.min(...lengths)).toBeGreaterThanOrEqual(600);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(1500);
  expect(texts.filter((text) => /[{}]|undefined| {2}/u.test(text))).toEqual([]);
});

test('the visits lie in the three years before now, and the latest notes are unsigned', () => {
  for (const note of notes) {
    const written = instantToMilliseconds(note.date) ?? 0;
    expect(written).toBeLessThan(now);
    expect(written).toBeGreaterThan(now - 3 * 366 * 86_400_000);
  }
  const drafts = notes.filter(({ status }) => status === 'preliminary');
  expect(drafts).toHaveLength(12);
  const oldest = Math.min(...drafts.map((note) => instantToMilliseconds(note.date) ?? 0));
  expect(now - oldest).toBeLessThan(14 * 86_400_000);
});
