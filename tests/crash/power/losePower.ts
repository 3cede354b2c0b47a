import { isCodedError } from '@fieldchart/foundation';
import { createOpfsOpener } from '../../../packages/encrypted-sqlite/src/testing/openOnOpfsDisk.ts';
import { createOpfsDisk } from '../../../packages/encrypted-sqlite/src/testing/opfsDisk.ts';
import { damageOf } from '../readDevice.ts';
import { type Image, walkImages } from './imagesAfter.ts';
import { recordWork, type RecordedCommit, type Setting } from './recordWork.ts';
import { stateOf } from './stateOf.ts';

export interface PowerLoss {
  readonly commits: number;
  readonly calls: number;
  /** Disks that were opened. */
  readonly images: number;
  /** The first disk that broke a promise. */
  readonly problem?: string;
}

/**
 * Records a clinician's work through the record store and the web adapter, and opens every disk that a power cut after
 * any of its calls may have left. Each must hold all that was reported by then and nothing half done (D1, D2, D4): the
 * whole database must say what it said after one and the same commit.
 */
export async function losePower(options: {
  readonly seed: number;
  readonly steps: number;
  /** Random disks per call, besides the fixed ones. */
  readonly samples: number;
  readonly setting?: Setting;
}): Promise<PowerLoss> {
  const open = createOpfsOpener();
  const { calls, commits } = await recordWork(open, options);
  const walk = walkImages(calls, options.seed, options.samples);
  const seen = { commits: commits.length, calls: calls.length };
  let images = 0;

  const check = async (image: Image, after: number): Promise<string | undefined> => {
    images += 1;
    const problem = await problemOf(image, after).catch((error: unknown) => {
      if (!isCodedError(error)) throw error;
      return `does not open: ${error.code}`;
    });
    if (problem === undefined) return undefined;
    return `after call ${String(after)} of ${String(calls.length)}, ${image.how}: the disk ${problem}`;
  };
  const problemOf = async ({ files }: Image, after: number) => {
    // It is left as it is: closing would write into what nobody reads any more.
    const database = await open(createOpfsDisk(files, () => {}));
    const damage = await damageOf(database);
    if (damage.length > 0) return `is damaged: ${damage.join('; ')}`;
    return misplaced(commits, after, await stateOf(database));
  };

  let known = '';
  for (let after = 0; after <= calls.length; after += 1) {
    walk.to(after);
    for (const image of walk.images()) {
      // The same disk is opened again only where it owes more.
      const same = `${String(image.same)} ${String(reportedBy(commits, after))}`;
      if (image.same !== undefined && same === known) continue;
      if (image.same !== undefined) known = same;
      const problem = await check(image, after);
      if (problem !== undefined) return { ...seen, images, problem };
    }
  }
  return { ...seen, images };
}

/** Says which promise a state breaks; it may be any from the last commit reported to the one under way. */
function misplaced(commits: readonly RecordedCommit[], after: number, state: string): string | undefined {
  const reported = reportedBy(commits, after);
  const asked = commits.findLastIndex(({ begunAt }) => begunAt < after);
  const latest = Math.max(reported, asked);
  if (commits.slice(reported, latest + 1).some((commit) => commit.state === state)) return undefined;
  const found = commits.findLastIndex((commit) => commit.state === state);
  if (found === -1) return 'holds what was never committed as a whole';
  return `holds commit ${String(found)}, ${String(reported)} was reported and ${String(latest)} asked for`;
}

function reportedBy(commits: readonly RecordedCommit[], after: number): number {
  return commits.findLastIndex(({ reportedAt }) => reportedAt <= after);
}
