import type { Timers } from '@fieldchart/foundation';
import { createFakeTimers } from '@fieldchart/foundation/testing';
import { expect, test } from 'vitest';
import { mendTyped, type PersistedActivity } from './activityStore.ts';
import { createMendKeeper } from './mendKeeper.ts';

const draft = (text: string) => ({ texts: { data: text }, picks: {}, position: null, seen: '1' });

/** A store whose disk takes each write when the test says so. */
function fakeActivity() {
  const dispatched: unknown[] = [];
  const writes: { readonly done: () => void; readonly fail: () => void }[] = [];
  let mending: Record<string, unknown> = {};
  const store = {
    getState: () => ({ mending }),
    dispatch: (action: ReturnType<typeof mendTyped>) => {
      dispatched.push(action.payload);
      mending = { ...mending, [action.payload.mutationId]: action.payload.draft };
    },
  };
  const flush = () =>
    new Promise<void>((resolve, reject) => {
      writes.push({ done: resolve, fail: () => reject(new Error('disk full')) });
    });
  return { dispatched, writes, activity: { store, flush } as unknown as PersistedActivity };
}

test('D1: "saved" is said only of what the disk has taken; the store has it at once', async () => {
  const { activity, writes, dispatched } = fakeActivity();
  const timers: Timers = { after: () => () => {} };
  const keeper = createMendKeeper({ activity, timers, mutationId: 'm1' });
  expect(keeper.saveState().name).toBe('saved');
  keeper.keep(draft('H'));
  expect(keeper.draft()).toEqual(draft('H'));
  expect(keeper.saveState().name).toBe('saving');
  keeper.keep(draft('Ho'));
  expect(dispatched).toHaveLength(2);
  writes[0]?.done();
  await expect.poll(() => writes.length).toBe(2);
  expect(keeper.saveState().name).toBe('saving');
  writes[1]?.done();
  await expect.poll(() => keeper.saveState().name).toBe('saved');
});

test('D3: what the disk refused is kept and offered to it again', async () => {
  const { activity, writes, dispatched } = fakeActivity();
  const timers = createFakeTimers();
  const keeper = createMendKeeper({ activity, timers, mutationId: 'm1' });
  keeper.keep(draft('Ho'));
  writes[0]?.fail();
  await expect.poll(() => keeper.saveState().name).toBe('not-saved');
  await timers.advance(250);
  await expect.poll(() => writes.length).toBe(2);
  expect(dispatched).toHaveLength(2);
  expect(keeper.draft()).toEqual(draft('Ho'));
  writes[1]?.done();
  await expect.poll(() => keeper.saveState().name).toBe('saved');
});
