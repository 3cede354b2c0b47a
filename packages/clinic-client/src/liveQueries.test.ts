import { createFakeTimers } from '@fieldchart/foundation/testing';
import type { Commit } from '@fieldchart/record-store';
import { expect, test } from 'vitest';
import { createLiveQueries } from './liveQueries.ts';

const KEYSTROKE: Commit = { keys: new Set(['Composition/n']), clients: new Set(), outbox: false };

function open() {
  const timers = createFakeTimers();
  const listeners = new Set<(commit: Commit) => void>();
  const live = createLiveQueries({
    timers,
    onCommit(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onError: (error) => {
      throw error;
    },
  });
  let runs = 0;
  const heard: number[] = [];
  const end = live.watch(
    { kind: 'note', noteId: 'n' },
    () => {
      runs += 1;
      return Promise.resolve(runs);
    },
    (answer) => heard.push(answer),
  );
  const commit = (one: Commit = KEYSTROKE) => {
    for (const listener of listeners) listener(one);
  };
  return { timers, commit, end, heard, runs: () => runs };
}

test('D1: who wrote hears of the commit before a query reads anything; commits of one turn are read once', async () => {
  const { timers, commit, heard, runs } = open();
  await expect.poll(() => heard).toEqual([1]);
  commit();
  commit();
  expect(runs()).toBe(1);
  await timers.advance(0);
  await expect.poll(() => heard).toEqual([1, 2]);
});

test('what a query did not read does not run it, and nothing runs once it has ended', async () => {
  const { timers, commit, end, heard, runs } = open();
  await expect.poll(() => heard).toEqual([1]);
  commit({ ...KEYSTROKE, keys: new Set(['Composition/other']) });
  await timers.advance(0);
  commit();
  end();
  await timers.advance(0);
  expect(runs()).toBe(1);
});

test('a commit in the middle of a run asks for one more, and the last answer is of after it', async () => {
  const { timers, commit, heard, runs } = open();
  commit();
  commit();
  await expect.poll(() => heard).toEqual([1, 2]);
  await timers.advance(0);
  expect(runs()).toBe(2);
});
