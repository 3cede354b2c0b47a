import type { VisitPlace } from '@fieldchart/clinical';
import type { Chooser } from './chooser.ts';

export interface DemoVisit {
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
  readonly place: VisitPlace;
  /** Whether the visit's note is final. */
  readonly signed: boolean;
}

const MINUTE = 60_000;
const DAY = 86_400_000;
const THREE_YEARS = 3 * 365;

/** For each client the visits in order of time; together exactly `visits`, all within three years before `now`. */
export function planVisits(input: {
  readonly chooser: Chooser;
  readonly now: number;
  readonly clients: number;
  readonly visits: number;
}): DemoVisit[][] {
  const { chooser, now } = input;
  return shareOut(chooser, input.clients, input.visits).map((count) => {
    // Most clients were seen in the last weeks, some are overdue, a few have been away for long.
    const away = chooser.chance(0.72) ? chooser.between(1, 24) : chooser.between(31, 150);
    const longest = Math.floor((THREE_YEARS - away - 8) / Math.max(1, count - 1));
    const interval = Math.min(longest, chooser.pick([7, 14, 14, 21, 28, 35, 45]));
    return Array.from({ length: count }, (_, index) => {
      const daysAgo = away + (count - 1 - index) * interval;
      return planVisit(chooser, now - daysAgo * DAY);
    });
  });
}

/** Random shares of about the same size that add up to `total`. */
function shareOut(chooser: Chooser, parts: number, total: number): number[] {
  const mean = total / parts;
  const shares = Array.from({ length: parts }, () =>
    chooser.between(Math.ceil(mean * 0.4), Math.floor(mean * 1.6)),
  );
  let missing = total - shares.reduce((sum, share) => sum + share, 0);
  while (missing !== 0) {
    const index = chooser.between(0, parts - 1);
    const share = shares[index] ?? 0;
    const step = Math.sign(missing);
    if (share + step < 3) continue;
    shares[index] = share + step;
    missing -= step;
  }
  return shares;
}

/** A visit on the last weekday up to `day`, at a quarter of an hour between 15:00 and 22:45 UTC, the day in the west. */
function planVisit(chooser: Chooser, day: number): DemoVisit {
  const midnight = Math.floor(day / DAY) * DAY - DAY;
  const weekday = (midnight / DAY + 4) % 7;
  const workday = midnight - (weekday === 0 ? 2 : weekday === 6 ? 1 : 0) * DAY;
  const start = workday + (15 * 60 + chooser.between(0, 31) * 15) * MINUTE;
  const place = chooser.chance(0.5) ? 'HH' : chooser.chance(0.7) ? 'AMB' : 'VR';
  return { start, end: start + chooser.between(8, 12) * 5 * MINUTE, place, signed: true };
}
