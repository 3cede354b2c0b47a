import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openNodeDatabase } from '@fieldchart/encrypted-sqlite/node';
import { createSeededRandom, silentLogger, systemClock } from '@fieldchart/foundation';
import { openRecordStore } from '@fieldchart/record-store';
import { MARKER } from '../chart.ts';
import { readDevice } from '../readDevice.ts';
import type { Report } from '../reports.ts';
import { createTrigger, type KilledDevice, type Pace } from './killedDevice.ts';
import type { Bug } from './writerBugs.ts';

const WRITER = fileURLToPath(new URL('./writerProcess.ts', import.meta.url));

export const NODE_PACE: Pace = { startMilliseconds: 500, commits: 150 };

/** A Node process on real files, killed by itself alone. */
export function createNodeDevice(seed: number, bug: Bug = 'none'): KilledDevice {
  const folder = mkdtempSync(join(tmpdir(), 'fieldchart-crash-'));
  const files = join(folder, 'device');
  mkdirSync(files);
  const random = createSeededRandom(seed);
  const key = random.bytes(32);

  return {
    folder,
    async workUntilKilled(run, moment, hear) {
      const child = spawn(process.execPath, [WRITER, files, String(run), bug], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const trigger = createTrigger(moment, () => child.kill('SIGKILL'));
      const ended = new Promise<readonly [number | null, string | null]>((resolve, reject) => {
        child.on('error', reject);
        child.on('close', (...how) => {
          resolve(how);
        });
      });
      // The kill may come first.
      child.stdin.on('error', () => {});
      child.stdin.end(key);
      trigger.start();
      createInterface(child.stdout).on('line', (line) => {
        const report = readReport(line);
        if (report === undefined) return;
        hear(report);
        trigger.hear(report);
      });
      const [code, signal] = await ended;
      if (signal !== 'SIGKILL') throw new Error(`The writer ended by itself with ${String(code ?? signal)}`);
    },
    async read() {
      // A copy: the next process meets the files as the kill left them.
      const copy = join(folder, 'copy');
      rmSync(copy, { recursive: true, force: true });
      cpSync(files, copy, { recursive: true });
      const database = await openNodeDatabase({ directory: copy })({ name: 'records.db', key });
      try {
        await openRecordStore({ database, clock: systemClock, random, logger: silentLogger });
        return await readDevice(database);
      } finally {
        await database.close();
      }
    },
    leaks() {
      const secrets = [MARKER, Buffer.from(key).toString('hex'), Buffer.from(key).toString('latin1')];
      return readdirSync(files).flatMap((name) => {
        const bytes = readFileSync(join(files, name));
        return secrets.some((secret) => bytes.includes(secret, 0, 'latin1'))
          ? [`${name} holds clear text`]
          : [];
      });
    },
    end({ keep }) {
      if (!keep) rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}

/** The last line may be cut off. */
function readReport(line: string): Report | undefined {
  try {
    return JSON.parse(line) as Report;
  } catch {
    return undefined;
  }
}
