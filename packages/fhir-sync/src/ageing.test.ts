import { CodedError } from '@fieldchart/foundation';
import { createFakeClock, createFakeLogger, createFakeTimers } from '@fieldchart/foundation/testing';
import { expect, test } from 'vitest';
import { createAgeing } from './ageing.ts';

function scene(outcomes: readonly ('more' | 'done' | Error)[]) {
  const clock = createFakeClock();
  const timers = createFakeTimers((milliseconds) => clock.advance(milliseconds));
  const began = clock.now();
  const log: string[] = [];
  const left = [...outcomes];
  const ageing = createAgeing({
    store: {
      ageOut: () => {
        log.push(String(clock.now() - began));
        const outcome = left.shift() ?? 'done';
        return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
      },
    },
    writeDownAgedOut: () => Promise.resolve(),
    timers,
    logger: createFakeLogger(),
  });
  return { ageing, timers, log };
}

test('part by part, with room for the work between two, until nothing is left', async () => {
  const { ageing, timers, log } = scene(['more', 'more', 'done']);
  ageing.start();
  ageing.start();
  await timers.advance(1000);
  expect(log).toEqual(['50', '100', '150']);
  ageing.start();
  await timers.advance(1000);
  expect(log).toHaveLength(4);
});

test('a part that failed is left for the next start', async () => {
  const { ageing, timers, log } = scene([new CodedError('DATABASE_FULL', 'full'), 'done']);
  ageing.start();
  await timers.advance(1000);
  expect(log).toEqual(['50']);
  ageing.start();
  await timers.advance(1000);
  expect(log).toHaveLength(2);
});

test('once stopped it touches the store no more', async () => {
  const { ageing, timers, log } = scene(['more', 'more', 'more']);
  ageing.start();
  await timers.advance(60);
  await ageing.stop();
  ageing.start();
  await timers.advance(1000);
  expect(log).toEqual(['50']);
});
