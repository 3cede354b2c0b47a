import { CodedError, type Timers } from '@fieldchart/foundation';
import type { DatabaseErrorCode } from '../database.ts';
import { databaseError } from '../databaseErrors.ts';
import type { WorkerMessage, WorkerRequest } from './workerProtocol.ts';

/** The part of a Dedicated Worker that the adapter uses. */
export interface DatabaseWorker {
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(request: WorkerRequest): void;
  terminate(): void;
}

/** One call at a time: the queue in front waits for each reply. */
export interface WorkerCalls {
  readonly call: <Value>(request: WorkerRequest) => Promise<Value>;
  /** Ends the worker: what it still answers is not heard, and its files are free for the next. */
  readonly end: () => void;
}

/**
 * Silence is counted in ticks, not by the clock: a page that was frozen or a machine that slept finds one tick late, and
 * not a worker that seems to have been silent for hours.
 */
const TICK = 1_000;
const PATIENT_TICKS = 10;

/**
 * Calls to a worker that may die without an event: one that ends itself, or runs for ever, tells nobody. A worker at work
 * gives a sign of life every second; one that owes an answer and is silent for ten seconds counts as dead, and so does
 * one that reports an error. The call under way rejects `DATABASE_LOST`, for nobody knows whether it took effect, and
 * the worker is ended before that is said: two never hold the files at once, and no late answer is taken for another's.
 */
export function createWorkerCalls(worker: DatabaseWorker, timers: Timers): WorkerCalls {
  let pending: { resolve(value: unknown): void; reject(error: unknown): void } | undefined;
  let dead: CodedError<DatabaseErrorCode> | undefined;
  let silentTicks = 0;
  let stopTicking = () => {};

  const settle = () => {
    const waiting = pending;
    pending = undefined;
    stopTicking();
    return waiting;
  };
  const end = () => {
    dead ??= databaseError('DATABASE_CLOSED');
    worker.onmessage = null;
    worker.onerror = null;
    worker.terminate();
    settle()?.reject(dead);
  };
  const giveUp = (why: string) => {
    dead = databaseError('DATABASE_LOST', why);
    end();
  };
  const tick = () => {
    silentTicks += 1;
    if (silentTicks > PATIENT_TICKS) giveUp('the database worker does not answer');
    else stopTicking = timers.after(TICK, tick);
  };

  worker.onmessage = ({ data }) => {
    const message = data as WorkerMessage;
    silentTicks = 0;
    if ('alive' in message) return;
    const waiting = settle();
    if (message.ok) waiting?.resolve(message.value);
    else waiting?.reject(new CodedError(message.code, message.message));
  };
  worker.onerror = () => giveUp('the database worker failed');

  return {
    call: <Value>(request: WorkerRequest) =>
      new Promise<Value>((resolve, reject) => {
        if (dead !== undefined) {
          reject(dead);
          return;
        }
        // The protocol pairs each request with its reply's type.
        pending = { resolve: resolve as (value: unknown) => void, reject };
        silentTicks = 0;
        stopTicking = timers.after(TICK, tick);
        worker.postMessage(request);
      }),
    end,
  };
}
