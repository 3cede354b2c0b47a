import { createHash } from 'node:crypto';
import type { Clock } from '@fieldchart/foundation';

/**
 * Virtual time, and the only thing that lets anything happen: every request, commit and timer waits here for its turn.
 * One turn is released at a time, and the next only when all that followed from it stands still. Which comes first is
 * the seed's choice: of those due at one time, and by the delays that callers draw from the same source.
 */
export interface Scheduler extends Clock {
  /** Resolves when it is this one's turn, at least `delayMs` from now. */
  turn(label: string, delayMs?: number): Promise<void>;
  /** Runs a task in a turn of its own. The returned function takes it back. */
  after(delayMs: number, label: string, task: () => void): () => void;
  /** Work that virtual time knows nothing of (cryptography, the real server): the clock stands still until it is done. */
  outside<Value>(work: Promise<Value>): Promise<Value>;
  /** So long nothing happened anywhere: whatever was due meanwhile is due now. */
  pass(milliseconds: number): void;
  /** Releases turns until `milliseconds` have passed or `done` says so. */
  run(milliseconds: number, done?: () => boolean): Promise<void>;
  /** In [0, 1): what the seed has to say. */
  fraction(): number;
  /** A whole number from `low` to `high`. */
  between(low: number, high: number): number;
  note(line: string): void;
  readonly log: EventLog;
}

export interface EventLog {
  readonly length: number;
  hash(): string;
  tail(lines: number): readonly string[];
}

interface Turn {
  readonly id: number;
  readonly at: number;
  readonly label: string;
  readonly task: () => void;
}

export const START = 1_790_000_000_000;

export function createScheduler(random: { fraction(): number }): Scheduler {
  const turns = new Map<number, Turn>();
  const underWay = new Set<Promise<unknown>>();
  const lines: string[] = [];
  let now = START;
  let serial = 0;

  const add = (delayMs: number, label: string, task: () => void): number => {
    serial += 1;
    turns.set(serial, { id: serial, at: now + Math.max(0, Math.round(delayMs)), label, task });
    return serial;
  };

  /** All that follows from a turn runs in microtasks, or is waited for as work outside. */
  const standStill = async () => {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    while (underWay.size > 0) {
      await Promise.allSettled(underWay);
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
    }
  };

  const next = (): Turn | undefined => {
    let due: Turn[] = [];
    for (const turn of turns.values()) {
      const first = due[0];
      if (first === undefined || turn.at < first.at) due = [turn];
      else if (turn.at === first.at) due.push(turn);
    }
    return due.length < 2 ? due[0] : due[Math.floor(random.fraction() * due.length)];
  };

  return {
    now: () => now,
    fraction: () => random.fraction(),
    between: (low, high) => low + Math.floor(random.fraction() * (high - low + 1)),
    turn: (label, delayMs = 0) =>
      new Promise<void>((resolve) => {
        add(delayMs, label, resolve);
      }),
    after(delayMs, label, task) {
      const id = add(delayMs, label, task);
      return () => {
        turns.delete(id);
      };
    },
    outside(work) {
      underWay.add(work);
      return work.finally(() => underWay.delete(work));
    },
    pass(milliseconds) {
      now += milliseconds;
    },
    async run(milliseconds, done = () => false) {
      const end = now + milliseconds;
      await standStill();
      while (!done()) {
        const turn = next();
        if (turn === undefined || turn.at > end) {
          now = Math.max(now, end);
          return;
        }
        turns.delete(turn.id);
        now = Math.max(now, turn.at);
        lines.push(`${String(now - START)} ${turn.label}`);
        turn.task();
        await standStill();
      }
    },
    note(line) {
      lines.push(`${String(now - START)}   ${line}`);
    },
    log: {
      get length() {
        return lines.length;
      },
      hash: () => createHash('sha256').update(lines.join('\n')).digest('hex'),
      tail: (count) => lines.slice(-count),
    },
  };
}
