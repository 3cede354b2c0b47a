import type { Database } from '@fieldchart/encrypted-sqlite';
import { createSeededRandom, silentLogger } from '@fieldchart/foundation';
import { createFakeClock } from '@fieldchart/foundation/testing';
import { openRecordStore } from '@fieldchart/record-store';
import type { createOpfsOpener } from '../../../packages/encrypted-sqlite/src/testing/openOnOpfsDisk.ts';
import {
  createOpfsDisk,
  type DiskCall,
  type Files,
} from '../../../packages/encrypted-sqlite/src/testing/opfsDisk.ts';
import { clinicianAtWork } from '../clinicianAtWork.ts';
import { stateOf } from './stateOf.ts';

/** A commit on its way to disk: the calls made before it was asked for, and before its promise resolved. */
export interface RecordedCommit {
  readonly begunAt: number;
  readonly reportedAt: number;
  /** What the whole database says from then on. */
  readonly state: string;
}

export interface Recording {
  readonly calls: readonly DiskCall[];
  /** In their order; the first is the empty database, reported before anything was written. */
  readonly commits: readonly RecordedCommit[];
}

/** How the database under the recording differs from the product's. */
export interface Setting {
  /** Run after the product's own preparation. */
  readonly pragmas?: readonly string[];
  /** The disk is told nothing of flushes, as by a file system that forgets to pass them on. */
  readonly missingFlush?: boolean;
}

/** A short log, so that it is checkpointed and begun anew again and again, as in a long day. */
const CHECKPOINT_PAGES = [12, 24, 60];

/** Lets a clinician work for some steps, with restarts clean and by a kill, and records what reaches the disk. */
export async function recordWork(
  open: ReturnType<typeof createOpfsOpener>,
  {
    seed,
    steps,
    setting = {},
  }: { readonly seed: number; readonly steps: number; readonly setting?: Setting },
): Promise<Recording> {
  const random = createSeededRandom(seed);
  const clock = createFakeClock(1_790_000_000_000);
  const calls: DiskCall[] = [];
  const commits: RecordedCommit[] = [];
  const files: Files = new Map();
  const record = (call: DiskCall) => {
    if (call.kind !== 'flush' || setting.missingFlush !== true) calls.push(call);
  };

  const start = async () => {
    const database = await open(createOpfsDisk(files, record));
    const pages = CHECKPOINT_PAGES[Math.floor(random.fraction() * CHECKPOINT_PAGES.length)] ?? 12;
    await database.all(`PRAGMA wal_autocheckpoint = ${String(pages)}`);
    for (const pragma of setting.pragmas ?? []) await database.all(pragma);
    if (commits.length === 0) commits.push({ begunAt: 0, reportedAt: 0, state: await stateOf(database) });
    const watched = watchCommits(
      database,
      () => calls.length,
      (commit) => commits.push(commit),
    );
    const store = await openRecordStore({ database: watched, clock, random, logger: silentLogger });
    return { database, work: await clinicianAtWork(store, seed + commits.length, () => {}) };
  };

  let device = await start();
  for (let step = 0; step < steps; step += 1) {
    await device.work.step();
    clock.advance(1000);
    const chance = random.fraction();
    if (chance > 0.06) continue;
    // Else the process was killed: nothing is closed, and what was written is there.
    if (chance < 0.03) await device.database.close();
    device = await start();
  }
  await device.database.close();
  return { calls, commits };
}

/** The database, with each commit told once its promise has resolved. */
function watchCommits(
  database: Database,
  now: () => number,
  onCommit: (commit: RecordedCommit) => void,
): Database {
  const watched = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    const begunAt = now();
    const value = await work();
    onCommit({ begunAt, reportedAt: now(), state: await stateOf(database) });
    return value;
  };
  return {
    ...database,
    batch: (statements) => watched(() => database.batch(statements)),
    transaction: (work) => watched(() => database.transaction(work)),
  };
}
