import { type Appointment, type EpisodeOfCare, type Flag, FLAG_CATEGORY } from '@fieldchart/clinical';
import { expect, test } from 'vitest';
import { standingOf } from './standing.ts';

const now = Date.UTC(2026, 10, 26, 12);
const client = { reference: 'Patient/p1' };
const flag = (id: string, more: Partial<Flag> = {}): Flag => ({
  resourceType: 'Flag',
  id,
  status: 'active',
  code: { text: id },
  subject: client,
  ...more,
});
const inCategory = (code: string) => ({ category: [{ coding: [{ system: FLAG_CATEGORY, code }] }] });
const episode = (status: EpisodeOfCare['status'], ...names: string[]): EpisodeOfCare => ({
  resourceType: 'EpisodeOfCare',
  id: 'e',
  status,
  type: names.map((text) => ({ text })),
  patient: client,
});
const booking = (start: string, status: Appointment['status'] = 'booked'): Appointment => ({
  resourceType: 'Appointment',
  id: start,
  status,
  start,
  end: start,
  participant: [{ actor: client, status: 'accepted' }],
});

test('a risk is an active flag of safety, or of a category that says nothing we know', () => {
  const { risks } = standingOf(
    [
      flag('dog', inCategory('safety')),
      flag('unsaid'),
      flag('theirs', { category: [{ text: 'Alert' }] }),
      flag('diet', inCategory('diet')),
      flag('over', { ...inCategory('safety'), status: 'inactive' }),
      flag('mistaken', { ...inCategory('safety'), status: 'entered-in-error' }),
      flag('coded', { code: { coding: [{ code: 'x1' }, { code: 'x2', display: 'Falls' }] } }),
    ],
    now,
  );
  expect(risks.map(({ text }) => text)).toEqual(['dog', 'unsaid', 'theirs', 'Falls']);
});

test('programs are those under way, each named once', () => {
  const episodes = [
    episode('active', 'Outreach'),
    episode('onhold', 'Outreach', 'Recovery support'),
    episode('finished', 'Intake'),
    episode('waitlist', 'Housing'),
  ];
  expect(standingOf(episodes, now).programs).toEqual(['Outreach', 'Recovery support']);
});

test('the next visit is the earliest that is booked and has not begun, across time zones', () => {
  const bookings = [
    booking('2026-11-26T11:59:00Z'),
    booking('2026-11-27T09:00:00Z'),
    booking('2026-11-27T10:00:00+02:00'),
    booking('2026-11-26T13:00:00Z', 'cancelled'),
    booking('2026-11-26T14:00:00Z', 'fulfilled'),
  ];
  expect(standingOf(bookings, now).nextVisit).toBe('2026-11-27T10:00:00+02:00');
  expect(standingOf([], now)).toEqual({ risks: [], programs: [], nextVisit: null });
});
