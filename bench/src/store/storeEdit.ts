import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Figure, figure, ratio, type Ratio, sizeName, type SuiteResult } from '../figures.ts';
import { keystrokeNode } from '../node/keystrokeNode.ts';
import type { NodeDevice } from '../node/nodeDevice.ts';
import { STATE_KEEPERS, type StateKeeper } from './wholeState.ts';

/** Milliseconds that one contender may take at one size. */
const LONGEST = 180_000;
const KEYSTROKE = 'keystroke → durable';

/** One field of one note changed, until it is durable: in the record store, and in a state that is written whole. */
export async function storeEdit(
  directory: string,
  devices: readonly NodeDevice[],
  samples: number,
): Promise<SuiteResult> {
  const ours = await keystrokeNode(devices, samples * 10);
  const figures: Figure[] = [...ours.figures];
  const remarks: string[] = ['The whole states hold as many notes of 1 KB; the records are notes of 2.5 KB.'];
  for (const keeper of STATE_KEEPERS) {
    let last: Figure | undefined;
    for (const { notes } of devices) {
      if (notes > (keeper.limit?.notes ?? Infinity)) {
        remarks.push(`${keeper.name} at ${sizeName(notes)}: not run, ${keeper.limit?.why ?? ''}`);
        continue;
      }
      const expected = (last === undefined ? 0 : (last.median * notes) / last.size) * 5;
      if (expected > LONGEST) {
        remarks.push(`${keeper.name} at ${sizeName(notes)}: not run, it would take more than three minutes`);
        continue;
      }
      const folder = join(directory, `${keeper.name}-${notes}`.replaceAll(/\W+/gu, '-'));
      mkdirSync(folder, { recursive: true });
      const took = await editsOf(keeper, folder, notes, samples);
      if (typeof took === 'string') {
        remarks.push(`${keeper.name} at ${sizeName(notes)}: ${took}`);
        continue;
      }
      last = figure(keeper.name, notes, took);
      figures.push(last);
    }
  }
  const ratios: Ratio[] = figures
    .filter(({ what }) => what !== KEYSTROKE)
    .map((one) => {
      const keystroke = figures.find(({ what, size }) => what === KEYSTROKE && size === one.size);
      return ratio(`${one.what} / keystroke at ${sizeName(one.size)}`, one, keystroke, null);
    });
  return { sizes: 'notes', figures, ratios, remarks };
}

/** Timings, or in a word why there are none. */
async function editsOf(
  keeper: StateKeeper,
  directory: string,
  notes: number,
  samples: number,
): Promise<readonly number[] | string> {
  try {
    const state = await keeper.open(directory, notes);
    const took: number[] = [];
    const end = performance.now() + LONGEST / 3;
    await state.edit();
    while (took.length < samples && (took.length < 3 || performance.now() < end))
      took.push(await state.edit());
    await state.close();
    return took;
  } catch (error) {
    return `failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}
