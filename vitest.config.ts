import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Kills, faults at every boundary, long random histories and fuzzing: part of `npm test`, too long for `npm run check`. */
const durability = [
  'packages/**/durability.test.ts',
  'packages/**/history.test.ts',
  'packages/**/killedWriter.test.ts',
  '{packages,apps}/**/{,*.}fuzz.test.ts',
  'tests/crash/**/!(*.browser).test.ts',
];

const unit = {
  include: [
    'packages/**/*.test.ts',
    'apps/**/*.test.ts',
    'tests/architecture/**/*.test.ts',
    'scripts/**/*.test.ts',
  ],
};

/** The whole repository under its own tools, and a whole server, with its demonstration too: with the product's tests. */
const whole = [
  'tests/architecture/boundaries.test.ts',
  'apps/sync-server/src/server.test.ts',
  'apps/sync-server/src/setup/startServer.test.ts',
];

export default defineConfig({
  test: {
    // Left to itself it keeps a core free, and on two cores the tests take twice as long.
    maxWorkers: availableParallelism(),
    projects: [
      {
        test: {
          name: 'unit',
          include: unit.include,
          exclude: ['**/node_modules/**', '**/*.pg.test.ts', '**/*.browser.test.ts', ...durability, ...whole],
          // Files share a worker's modules: loading the schemas anew for each would take as long as the tests.
          isolate: false,
          testTimeout: 30_000,
        },
      },
      {
        test: { name: 'durability', include: durability, testTimeout: 120_000 },
      },
      {
        test: {
          name: 'postgres',
          include: ['apps/**/*.pg.test.ts'],
          globalSetup: ['tests/postgres/globalSetup.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'product',
          include: ['tests/product/**/*.test.ts', 'tests/native/**/*.test.ts', ...whole],
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: {
          name: 'packages',
          include: ['tests/packages/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: { name: 'simulation', include: ['tests/simulation/**/*.test.ts'], testTimeout: 180_000 },
      },
      {
        test: { name: 'independent', include: ['tests/independent/**/*.test.ts'], testTimeout: 30_000 },
      },
      {
        test: {
          name: 'browser',
          include: ['{packages,apps,tests}/**/*.browser.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'journeys',
          include: ['tests/journeys/**/*.test.ts'],
          setupFiles: ['tests/journeys/support/showPagesOnFailure.ts'],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
