import { CodedError } from '@fieldchart/foundation';
import { type FhirClient, createFhirClient } from './fhirClient.ts';
import type { Interruption } from './interruption.ts';
import { pull } from './pullLoop.ts';
import { createPushLoop } from './pushLoop.ts';
import type { SyncEngineOptions } from './syncEngine.ts';

/** What runs from one start of the engine to its stop. */
export interface EngineLife {
  readonly stopped: boolean;
  readonly client: FhirClient;
  stop(): void;
  /**
   * Gives up every request under way: the line it went out on is gone. Its outcome is unknown, as after a kill, and
   * what it carried goes again (O4).
   */
  abandonRequests(): void;
  /** The same promise, rejected as soon as requests are given up. */
  abandonable<T>(promise: Promise<T>): Promise<T>;
  push(): Promise<Interruption | undefined>;
  pull(): Promise<Interruption | undefined>;
  nextRetryAt(): number | undefined;
}

export function createEngineLife(options: SyncEngineOptions, onSending: () => void): EngineLife {
  const { store, clock, random, logger, seal } = options;
  let isStopped = false;
  const underWay = new Set<() => void>();
  const abandonRequests = () => {
    for (const abandon of underWay) abandon();
  };
  const abandonable = <T>(promise: Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const abandon = () => reject(new CodedError('SYNC_STOPPED', 'The request was given up'));
      underWay.add(abandon);
      if (isStopped) abandon();
      promise.then(resolve, reject).finally(() => underWay.delete(abandon));
    });
  const client = createFhirClient({
    clock,
    transport: { request: (request) => abandonable(options.transport.request(request)) },
  });
  const stopped = () => isStopped;
  const push = createPushLoop({ store, client, clock, random, logger, stopped, onSending });
  return {
    get stopped() {
      return isStopped;
    },
    client,
    stop() {
      isStopped = true;
      abandonRequests();
    },
    abandonRequests,
    abandonable,
    push: () => push.run(),
    pull: () => pull({ store, client, seal: (work) => abandonable(seal(work)), logger, stopped }),
    nextRetryAt: () => push.nextRetryAt(),
  };
}
