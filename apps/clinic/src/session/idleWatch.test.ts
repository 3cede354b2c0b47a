import { createFakeClock } from '@fieldchart/foundation/testing';
import { expect, test } from 'vitest';
import { createIdleWatch } from './idleWatch.ts';

const minute = 60_000;

function watch() {
  const clock = createFakeClock();
  let locks = 0;
  const idle = createIdleWatch({ clock, limitMs: 10 * minute, onIdle: () => (locks += 1) });
  return { clock, idle, locks: () => locks };
}

test('E5: a device that lay untouched for its whole time locks at the next look', () => {
  const { clock, idle, locks } = watch();
  clock.advance(10 * minute - 1);
  idle.look();
  expect(locks()).toBe(0);
  clock.advance(1);
  idle.look();
  expect(locks()).toBe(1);
});

test('E5: a touch puts the lock off, but not once the time has passed: who wakes a sleeping device finds it locked', () => {
  const { clock, idle, locks } = watch();
  clock.advance(9 * minute);
  idle.touched();
  clock.advance(9 * minute);
  idle.look();
  expect(locks()).toBe(0);
  clock.advance(8 * 60 * minute);
  idle.touched();
  expect(locks()).toBe(1);
  idle.touched();
  idle.look();
  expect(locks()).toBe(3);
});

test('E5: a clock that was set back locks at the next look or touch, rather than never', () => {
  for (const event of ['look', 'touched'] as const) {
    const { clock, idle, locks } = watch();
    clock.set(clock.now() - 24 * 60 * minute);
    idle[event]();
    expect(locks()).toBe(1);
  }
});

test('a clock that the network sets right by a moment locks nobody out', () => {
  const { clock, idle, locks } = watch();
  clock.set(clock.now() - 2_000);
  idle.touched();
  idle.look();
  expect(locks()).toBe(0);
});
