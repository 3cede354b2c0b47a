import { createFakeTimers } from '@fieldchart/foundation/testing';
import { expect, test } from 'vitest';
import { type DatabaseWorker, createWorkerCalls } from './workerCalls.ts';
import type { WorkerMessage } from './workerProtocol.ts';

// What a browser does with workers is tested in one; here is what no browser can be made to do at will.

function scene() {
  const asked: string[] = [];
  let ended = 0;
  const worker: DatabaseWorker = {
    onmessage: null,
    onerror: null,
    postMessage: ({ kind }) => void asked.push(kind),
    terminate: () => void (ended += 1),
  };
  const timers = createFakeTimers();
  const calls = createWorkerCalls(worker, timers);
  const heard = worker.onmessage;
  const says = (data: WorkerMessage) => worker.onmessage?.({ data } as MessageEvent);
  /** As a message that was on its way when the worker was ended. */
  const saysLate = (data: WorkerMessage) => heard?.({ data } as MessageEvent);
  return { worker, timers, ...calls, says, saysLate, asked, ended: () => ended };
}

const COMMIT = { kind: 'commit' } as const;
const DONE = { ok: true, value: null } as const;

test('D1: a worker that owes an answer and is silent counts as lost, and is ended before that is said', async () => {
  const { timers, call, ended } = scene();
  let endedBefore = 0;
  const lost = call(COMMIT).catch((error: unknown) => {
    endedBefore = ended();
    return error;
  });
  await timers.advance(9_000);
  expect(ended()).toBe(0);
  await timers.advance(3_000);
  expect(await lost).toMatchObject({ code: 'DATABASE_LOST' });
  expect(endedBefore).toBe(1);
  await expect(call(COMMIT)).rejects.toMatchObject({ code: 'DATABASE_LOST' });
  expect(timers.pending).toBe(0);
});

test('a worker that is long at work is waited for as long as it gives signs of life', async () => {
  const { timers, call, says } = scene();
  const answer = call(COMMIT);
  for (let minute = 0; minute < 20; minute += 1) {
    await timers.advance(9_000);
    says({ alive: true });
  }
  says(DONE);
  expect(await answer).toBe(null);
  expect(timers.pending).toBe(0);
});

test('D1: a page that was frozen does not take its own absence for the silence of the worker', async () => {
  const { timers, call, says, ended } = scene();
  const answer = call(COMMIT);
  // Frozen for an hour: one tick comes, late, and then the answer that was waiting.
  await timers.advance(1_000);
  says(DONE);
  expect(await answer).toBe(null);
  expect(ended()).toBe(0);
});

test('D1: the late answer of a worker that was given up is not heard', async () => {
  const { timers, call, says, saysLate } = scene();
  const first = call(COMMIT).catch(() => 'lost');
  await timers.advance(12_000);
  says(DONE);
  saysLate(DONE);
  expect(await first).toBe('lost');
  await expect(call(COMMIT)).rejects.toMatchObject({ code: 'DATABASE_LOST' });
});

test('a worker that is idle is not watched, and one that fails is ended', async () => {
  const { worker, timers, call, says, ended } = scene();
  const first = call(COMMIT);
  says(DONE);
  await first;
  await timers.advance(3_600_000);
  expect(ended()).toBe(0);
  const second = call(COMMIT).catch((error: unknown) => error);
  worker.onerror?.({} as ErrorEvent);
  expect(await second).toMatchObject({ code: 'DATABASE_LOST' });
  expect(ended()).toBe(1);
});
