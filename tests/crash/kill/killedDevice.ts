import { createSeededRandom } from '@fieldchart/foundation';
import type { DeviceContent } from '../readDevice.ts';
import type { Report } from '../reports.ts';

/** When a process is killed. Milliseconds may be broken; an operating system keeps to them as it can. */
export type Moment =
  /** So long after its start, reported or not: opening and migrating are interrupted too. */
  | { readonly after: 'start'; readonly milliseconds: number }
  /** So long after the beginning of its commit of that number. */
  | { readonly after: 'commit'; readonly commit: number; readonly milliseconds: number };

/** One device whose process is killed again and again, and whose storage stays. */
export interface KilledDevice {
  /** Starts the process, lets it work as the seed says, and sends it SIGKILL. */
  workUntilKilled(seed: number, moment: Moment, hear: (report: Report) => void): Promise<void>;
  /** What it shows, opened again by the same code. */
  read(): Promise<DeviceContent>;
  /** Clear text and keys that the killed process left on the disk. */
  leaks(): readonly string[];
  /** Where the storage lies. */
  readonly folder: string;
  end(options: { readonly keep: boolean }): Promise<void>;
}

/** How long a kind of process takes to begin with its work. */
export interface Pace {
  readonly startMilliseconds: number;
  readonly commits: number;
}

/** Most kills aim at a commit, some at any time from the start on. */
export function momentOf(seed: number, pace: Pace): Moment {
  const random = createSeededRandom(seed);
  if (random.fraction() < 0.2) {
    return { after: 'start', milliseconds: random.fraction() * 2 * pace.startMilliseconds };
  }
  const commit = 1 + Math.floor(random.fraction() * pace.commits);
  // Zero: as fast as it can be. A commit takes about a millisecond.
  return { after: 'commit', commit, milliseconds: random.fraction() < 0.5 ? 0 : random.fraction() * 3 };
}

/** Calls `kill` once at the moment; to be told each report. */
export function createTrigger(
  moment: Moment,
  kill: () => void,
): { hear(report: Report): void; start(): void } {
  let begun = 0;
  const soon = (milliseconds: number) => {
    if (milliseconds === 0) kill();
    else setTimeout(kill, milliseconds);
  };
  return {
    start() {
      if (moment.after === 'start') soon(moment.milliseconds);
    },
    hear(report) {
      if (report.kind !== 'begun') return;
      begun += 1;
      if (moment.after === 'commit' && begun === moment.commit) soon(moment.milliseconds);
    },
  };
}
