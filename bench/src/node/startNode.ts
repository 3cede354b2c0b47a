import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { coldStartResult } from '../coldStartResult.ts';
import { figure, ratio, type SuiteResult } from '../figures.ts';
import type { NodeDevice } from './nodeDevice.ts';
import type { StartedProcess } from './startProcess.ts';

/** Starts the app again and again, each time in a fresh process, the sizes in turn. */
async function startInTurn(
  devices: readonly NodeDevice[],
  samples: number,
): Promise<readonly StartedProcess[][]> {
  const program = fileURLToPath(new URL('./startProcess.ts', import.meta.url));
  const all = devices.map((): StartedProcess[] => []);
  for (let round = 0; round < samples; round += 1) {
    for (const [at, { directory }] of devices.entries()) {
      const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program, directory]);
      all[at]?.push(JSON.parse(stdout) as StartedProcess);
    }
  }
  return all;
}

export async function coldStartNode(devices: readonly NodeDevice[], samples: number): Promise<SuiteResult> {
  return coldStartResult(devices, await startInTurn(devices, samples));
}

export async function memoryNode(devices: readonly NodeDevice[], samples: number): Promise<SuiteResult> {
  const starts = await startInTurn(devices, samples);
  const rows = devices.map(({ notes }, at) => {
    const own = starts[at] ?? [];
    const of = (what: string, read: (start: StartedProcess) => number) =>
      figure(what, notes, own.map(read), 'MB');
    return {
      resident: of('process, resident', ({ resident }) => resident),
      gained: of('gained since before the unlock', ({ gained }) => gained),
      heap: of('JavaScript heap in use', ({ heap }) => heap),
    };
  });
  return {
    sizes: 'notes',
    figures: rows.flatMap(({ resident, gained, heap }) => [resident, gained, heap]),
    ratios: [
      ratio('resident at the largest size / at the smallest', rows.at(-1)?.resident, rows[0]?.resident, null),
    ],
  };
}
