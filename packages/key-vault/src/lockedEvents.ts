/**
 * What happened to a user's secret while the encrypted database was closed, or in a step that the database cannot take
 * part in. It rests beside the attempt counter until the audit chain inside the database tells of it durably.
 */
export interface LockedEvent {
  /** `failures`: wrong secrets in a row. `did-not-open`: the secret was right, and the database did not open. */
  readonly kind: 'failures' | 'rescue-requested' | 'rescued' | 'secret-changed' | 'did-not-open';
  /** The same however often it is told: who was told twice can see it. */
  readonly id: string;
  /** Wrong secrets, or times that it happened. */
  readonly count: number;
  /** This device's clock at the first and at the last of them. */
  readonly first: number;
  readonly at: number;
  /** The organisation's policy destroyed the record at the last of these wrong secrets. */
  readonly erased?: true;
  /** Why the database did not open: a stable code, nothing of its content. */
  readonly code?: string;
}

/** More than these are told in sums: whoever holds the locked device can ask for rescue as often as they like. */
const mostEvents = 100;

/** The events with others more; those that are known already, by id, are not doubled. */
export function addEvents(
  events: readonly LockedEvent[],
  added: readonly LockedEvent[],
): readonly LockedEvent[] {
  const known = new Set(events.map(({ id }) => id));
  let all = [...events, ...added.filter(({ id }) => !known.has(id))];
  while (all.length > mostEvents) all = withOldestJoined(all);
  return all;
}

/** The oldest event that has a later one of its kind and code goes into that one, under the later id: told twice, never lost. */
function withOldestJoined(events: readonly LockedEvent[]): LockedEvent[] {
  const alike = (one: LockedEvent, other: LockedEvent | undefined) =>
    one.kind === other?.kind && one.code === other.code;
  const from = events.findIndex((event, at) => events.slice(at + 1).some((other) => alike(other, event)));
  const older = events[from];
  const into = events.findIndex((event, at) => at > from && alike(event, older));
  const later = events[into];
  if (older === undefined || later === undefined) return events.slice(1);
  const joined: LockedEvent = {
    ...later,
    count: older.count + later.count,
    first: older.first,
    ...(older.erased === true ? { erased: true } : {}),
  };
  return events.flatMap((event, at) => (at === from ? [] : at === into ? [joined] : [event]));
}

/** What of a stored list can be such events. What cannot is left out: it names nothing that could be told. */
export function readEvents(stored: unknown): readonly LockedEvent[] {
  return Array.isArray(stored) ? stored.flatMap((event) => readEvent(event)) : [];
}

function readEvent(stored: unknown): LockedEvent[] {
  if (typeof stored !== 'object' || stored === null) return [];
  const { kind, id, count, first, at, erased, code } = stored as Partial<Record<keyof LockedEvent, unknown>>;
  if (!isKind(kind) || typeof id !== 'string' || !isCount(count) || !isCount(first) || !isCount(at))
    return [];
  if (kind === 'did-not-open') return isCode(code) ? [{ kind, id, count, first, at, code }] : [];
  return [{ kind, id, count, first, at, ...(erased === true ? { erased } : {}) }];
}

/** What else stands there does not come from here, and is not passed on. */
function isCode(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z][A-Za-z_-]{0,63}$/u.test(value);
}

function isKind(value: unknown): value is LockedEvent['kind'] {
  return (
    value === 'failures' ||
    value === 'rescue-requested' ||
    value === 'rescued' ||
    value === 'secret-changed' ||
    value === 'did-not-open'
  );
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
