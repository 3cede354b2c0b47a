import { expect, test } from 'vitest';
import { createRescueDesk } from './testing/rescueDesk.ts';

test('the policy says how many attempts are left, and the last wrong one destroys the record, not what rescue opens', async () => {
  const desk = await createRescueDesk({ eraseAfter: 5 });
  const left: unknown[] = [];
  for (let guess = 0; guess < 5; guess += 1) {
    const outcome = await desk.unlock(`11122${guess}`, desk.records.restart());
    left.push(outcome.ok || outcome.error.kind !== 'wrong-secret' ? outcome : outcome.error.attemptsLeft);
    desk.clock.advance(60 * 60 * 1000);
  }
  expect(left).toEqual([4, 3, 2, 1, { ok: false, error: { kind: 'erased' } }]);
  expect((await desk.records.load(desk.userId)).slots).toEqual([null, null]);
  expect(await desk.records.loadSealed(desk.userId)).not.toBeNull();
  expect(await desk.unlock(desk.oldPin)).toEqual({ ok: false, error: { kind: 'erased' } });
});

test('E4: killed between the counter and the derivation, the attempt stays counted; at the limit nothing is derived', async () => {
  const desk = await createRescueDesk({ eraseAfter: 5 });
  for (let guess = 0; guess < 5; guess += 1) {
    const store = desk.records.restart();
    // The first write of an unlock is the counter.
    store.killAt(1, 'after');
    await expect(desk.unlock(desk.oldPin, store)).rejects.toThrow('killed');
    expect((await desk.records.loadAttempts(desk.userId))?.count).toBe(guess + 1);
    desk.clock.advance(60 * 60 * 1000);
  }
  const asked = desk.deviceSecret.gestures.length;
  expect(await desk.unlock(desk.oldPin)).toEqual({ ok: false, error: { kind: 'erased' } });
  expect(desk.deviceSecret.gestures.length).toBe(asked);
});

test('delays grow, survive a restart, and a clock set back does not shorten them', async () => {
  const desk = await createRescueDesk();
  for (let guess = 0; guess < 4; guess += 1) await desk.unlock(`11122${guess}`, desk.records.restart());
  const delayed = await desk.unlock(desk.oldPin, desk.records.restart());
  expect(delayed).toEqual({ ok: false, error: { kind: 'delayed', untilMs: desk.clock.now() + 10_000 } });
  desk.clock.advance(-3_600_000);
  expect(await desk.unlock(desk.oldPin, desk.records.restart())).toEqual({
    ok: false,
    error: { kind: 'delayed', untilMs: desk.clock.now() + 10_000 },
  });
  desk.clock.advance(10_000);
  expect(await desk.unlock('111229', desk.records.restart())).toMatchObject({
    error: { kind: 'wrong-secret', delayMs: 30_000 },
  });
});
