import { createSeededRandom } from '@fieldchart/foundation';
import {
  createMemoryFile,
  type MemoryFile,
} from '../../../packages/encrypted-sqlite/src/testing/memoryFile.ts';
import type { DiskCall, Files } from '../../../packages/encrypted-sqlite/src/testing/opfsDisk.ts';

/** A disk as it may stand after the power went. */
export interface Image {
  readonly files: Files;
  /** How it came about, for a report. */
  readonly how: string;
  /** Images of the same number here hold the same; only those with everything dropped have one. */
  readonly same?: number;
}

/** Smallest pieces that a medium writes whole. */
const SECTORS = [512, 4096];

type Change = Exclude<DiskCall, { readonly kind: 'flush' }>;

/**
 * Walks through a recording. `to(n)` stands after its first n calls, n never falling; `images` are then what the power
 * may leave: of what a flush has not yet promised everything dropped, everything kept, the last write torn, and `samples`
 * random parts kept, as a medium that reorders leaves them. Drawn from the seed and n alone.
 */
export function walkImages(calls: readonly DiskCall[], seed: number, samples: number) {
  const flushed = new Map<string, MemoryFile>();
  const pending: Change[] = [];
  let done = 0;
  let flushes = 0;

  const image = (how: string, changes: readonly Change[]): Image => {
    const files: Files = new Map([...flushed].map(([name, file]) => [name, file.copy()]));
    for (const change of changes) apply(files, change);
    return { files, how };
  };

  return {
    to(count: number): void {
      for (; done < count; done += 1) {
        const call = calls[done];
        if (call === undefined) continue;
        if (call.kind === 'flush') {
          flushes += 1;
          for (const change of pending) if (change.file === call.file) apply(flushed, change);
          pending.splice(0, pending.length, ...pending.filter(({ file }) => file !== call.file));
        } else pending.push(call);
      }
    },
    *images(): Generator<Image> {
      const random = createSeededRandom(seed * 65_537 + done);
      yield { ...image('all unsynced calls dropped', []), same: flushes };
      if (pending.length === 0) return;
      yield image('all unsynced calls kept', pending);
      const last = pending.at(-1);
      for (const sector of SECTORS) {
        const pieces = last === undefined ? [] : tear(last, sector);
        if (pieces.length < 2) continue;
        const kept = somePieces(pieces, () => random.fraction());
        yield image(`the last write torn at ${String(sector)} bytes`, [...pending.slice(0, -1), ...kept]);
      }
      for (let sample = 0; sample < samples; sample += 1) {
        const density = random.fraction();
        const sector = SECTORS[sample % SECTORS.length] ?? 512;
        const kept = pending.flatMap((change) => {
          if (random.fraction() < 0.2) return somePieces(tear(change, sector), () => random.fraction());
          return random.fraction() < density ? [change] : [];
        });
        yield image(`unsynced calls reordered, ${String(kept.length)} parts kept`, kept);
      }
    },
  };
}

/** The change as the sectors that it covers, each written whole. */
function tear(change: Change, sector: number): readonly Change[] {
  if (change.kind !== 'write') return [change];
  const { file, at, bytes } = change;
  const pieces: Change[] = [];
  for (let from = at; from < at + bytes.length;) {
    const to = Math.min((Math.floor(from / sector) + 1) * sector, at + bytes.length);
    pieces.push({ kind: 'write', file, at: from, bytes: bytes.subarray(from - at, to - at) });
    from = to;
  }
  return pieces;
}

function somePieces(pieces: readonly Change[], fraction: () => number): readonly Change[] {
  return pieces.filter(() => fraction() < 0.5);
}

function apply(files: Files, change: Change): void {
  const file = files.get(change.file) ?? createMemoryFile();
  files.set(change.file, file);
  if (change.kind === 'write') file.write(change.bytes, change.at);
  if (change.kind === 'truncate') file.truncate(change.size);
}
