import { type ColdStart, coldStart } from '../device/coldStart.ts';
import { writeNote } from '../device/writeNote.ts';
import { openNodeDevice } from './nodeDevice.ts';

/** One start of the app in a process of its own: prints what it took as JSON and ends. */

export interface StartedProcess extends ColdStart {
  /** Megabytes that the process gained between the unlock and a written note. */
  readonly gained: number;
  /** Megabytes of the whole process then. */
  readonly resident: number;
  /** Megabytes of JavaScript values in use then. */
  readonly heap: number;
}

const megabytes = (bytes: number) => bytes / 2 ** 20;

const { device, platform } = openNodeDevice(process.argv[2] ?? '');
globalThis.gc?.();
const before = process.memoryUsage.rss();
const { session, took, lock } = await coldStart(platform, device.userId, () => performance.now());
await writeNote(session);
globalThis.gc?.();
const { rss, heapUsed } = process.memoryUsage();
await lock();
const started: StartedProcess = {
  ...took,
  gained: megabytes(rss - before),
  resident: megabytes(rss),
  heap: megabytes(heapUsed),
};
process.stdout.write(JSON.stringify(started), () => process.exit(0));
