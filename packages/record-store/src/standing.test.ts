import type { Appointment, EpisodeOfCare, FhirResource, Flag } from '@fieldchart/clinical';
import { resourceKey } from '@fieldchart/clinical';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CLIENT, openTestStore, patient, pulled } from './testing/storeFixture.ts';

let fixture: Awaited<ReturnType<typeof openTestStore>>;
beforeEach(async () => {
  fixture = await openTestStore();
});
afterEach(async () => await fixture.end());

const OTHER = '10000000-0000-4000-8000-000000000002';
const client = { reference: `Patient/${CLIENT}` };
const flag: Flag = {
  resourceType: 'Flag',
  id: 'f1',
  status: 'active',
  code: { text: 'Loose dog in the yard' },
  subject: client,
  period: { start: '2026-09-01' },
};
const episode: EpisodeOfCare = {
  resourceType: 'EpisodeOfCare',
  id: 'c1',
  status: 'active',
  type: [{ text: 'Home-based care' }],
  patient: client,
};
const booking = (id: string, start: string, clientId = CLIENT): Appointment => ({
  resourceType: 'Appointment',
  id,
  status: 'booked',
  start,
  end: start,
  participant: [
    { actor: { reference: 'Practitioner/p1' }, status: 'accepted' },
    { actor: { reference: `Patient/${clientId}` }, status: 'accepted' },
  ],
});
const late = booking('a1', '2026-12-01T10:00:00Z');
// An hour before the other, though its text sorts after it.
const early = booking('a2', '2026-12-01T11:00:00+02:00');
const foreign = booking('a3', '2026-12-01T09:00:00Z', OTHER);

const pull = async (...resources: readonly FhirResource[]) => {
  await fixture.store.applyPage({
    entries: resources.map((resource, at) => pulled(resource, at + 1)),
    cursor: 'e.9',
  });
};
const standing = async (clientId: string) => (await fixture.store.standing(clientId)).map(resourceKey);

test('risk, program and bookings that were pulled are read with their client, in the order of their times', async () => {
  await pull(patient(), patient('Eva', OTHER), flag, episode, late, early, foreign);
  expect(await standing(CLIENT)).toEqual(['Appointment/a2', 'Appointment/a1', 'EpisodeOfCare/c1', 'Flag/f1']);
  expect(await standing(OTHER)).toEqual(['Appointment/a3']);
  await fixture.restart();
  expect(await standing(CLIENT)).toHaveLength(4);
});

test('what is pulled of them is told as the client’s, so that every screen of theirs is drawn anew', async () => {
  await pull(patient());
  const told: string[] = [];
  fixture.store.onCommit(({ clients }) => told.push(...clients));
  await pull(flag, late);
  expect(told).toContain(CLIENT);
});

test('E2: they are erased with their client, and with no other', async () => {
  await pull(patient(), patient('Eva', OTHER), flag, episode, late, foreign);
  expect(await fixture.store.eraseClient(CLIENT)).toBe('erased');
  expect(await standing(CLIENT)).toEqual([]);
  expect(await standing(OTHER)).toEqual(['Appointment/a3']);
  const left = await fixture.store.database.all<{ key: string }>('SELECT key FROM records ORDER BY key');
  expect(left.map(({ key }) => key)).toEqual(['Appointment/a3', `Patient/${OTHER}`]);
});
