import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { losePower } from './losePower.ts';
import type { Setting } from './recordWork.ts';

// The pool says on the console when it takes back a file whose header was torn.
beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

test('D1, D2, D4: whatever a power cut leaves of the unsynced, all that was reported is there and nothing is torn', async () => {
  const outcome = await losePower({ seed: 5, steps: 16, samples: 1 });
  expect(outcome.problem).toBeUndefined();
  expect(outcome.images).toBeGreaterThan(1000);
}, 300_000);

const bugs: readonly (readonly [name: string, setting: Setting])[] = [
  ['synchronous = OFF', { pragmas: ['PRAGMA synchronous = OFF'] }],
  [
    'synchronous = NORMAL, which syncs the log at checkpoints only',
    { pragmas: ['PRAGMA synchronous = NORMAL'] },
  ],
  ['a flush that does nothing', { missingFlush: true }],
];

test.each(bugs)('a power cut finds out %s', async (_name, setting) => {
  const outcome = await losePower({ seed: 5, steps: 16, samples: 1, setting });
  expect(outcome.problem).toMatch(/does not open|is damaged|never committed|was reported/u);
});
