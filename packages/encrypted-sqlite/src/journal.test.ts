import { expect, test } from 'vitest';
import { holdsMoreThan } from './journal.ts';

// Logs as SQLite writes them (https://sqlite.org/fileformat2.html#walformat), their pages left empty.

const PAGE = 512;
const FRAME = 24 + PAGE;
const SALTS = [7, 8] as const;

interface Frame {
  readonly page: number;
  /** Pages of the database after the commit; 0 in the middle of a transaction. */
  readonly commit: number;
  readonly salts?: readonly [number, number];
}

function logOf(frames: readonly Frame[]): Uint8Array {
  const bytes = new Uint8Array(32 + frames.length * FRAME);
  const view = new DataView(bytes.buffer);
  const head = [0x377f0683, 3_007_000, PAGE, 1, ...SALTS];
  for (const [at, value] of head.entries()) view.setUint32(at * 4, value);
  let [first, second] = [0, 0];
  for (let at = 0; at < 24; at += 8) {
    first = (first + view.getUint32(at) + second) >>> 0;
    second = (second + view.getUint32(at + 4) + first) >>> 0;
  }
  view.setUint32(24, first);
  view.setUint32(28, second);
  for (const [at, { page, commit, salts = SALTS }] of frames.entries()) {
    const words = [page, commit, ...salts];
    for (const [word, value] of words.entries()) view.setUint32(32 + at * FRAME + word * 4, value);
  }
  return bytes;
}

const step: Frame = { page: 1, commit: 0 };
const commit = (page: number): Frame => ({ page, commit: 40 });

test('D4: a transaction that a crash cut short is no damage', () => {
  expect(holdsMoreThan(logOf([step, commit(5)]), 0)).toBe(false);
  expect(holdsMoreThan(logOf([step, commit(5), step, commit(6)]), 2)).toBe(false);
});

test('D4: the last frame of a commit, written twice to fill a sector, is one commit', () => {
  expect(holdsMoreThan(logOf([step, commit(5), commit(5)]), 0)).toBe(false);
  expect(holdsMoreThan(logOf([step, commit(5), commit(5), step, commit(6), commit(6)]), 2)).toBe(false);
});

test('D4: frames of an earlier round of the log count for nothing', () => {
  const old = { salts: [6, 8] } as const;
  expect(
    holdsMoreThan(
      logOf([
        { ...commit(5), ...old },
        { ...commit(6), ...old },
      ]),
      0,
    ),
  ).toBe(false);
});

test('D3: two commits after the last frame that is whole say that a frame between went bad', () => {
  expect(holdsMoreThan(logOf([step, commit(5), step, commit(6)]), 0)).toBe(true);
  expect(holdsMoreThan(logOf([step, commit(5), step, commit(6), step, commit(7)]), 2)).toBe(true);
  expect(holdsMoreThan(logOf(Array.from({ length: 5 }, () => commit(5))), 1)).toBe(true);
});

test('D3: a header that is not whole hides what is behind it', () => {
  const log = logOf([step, commit(5)]);
  log[17] = 99;
  expect(holdsMoreThan(log, 0)).toBe(true);
});
