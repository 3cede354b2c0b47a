import {
  type Clock,
  type Logger,
  type Random,
  type Timers,
  CodedError,
  isCodedError,
} from '@fieldchart/foundation';
import type { RecordStore } from '@fieldchart/record-store';
import { backoffDelay } from './backoff.ts';
import { createFhirClient } from './fhirClient.ts';
import type { HttpTransport } from './httpTransport.ts';
import type { Interruption } from './interruption.ts';
import { probeServer } from './probeServer.ts';
import { type PullStore, pull } from './pullLoop.ts';
import { type PushStore, createPushLoop } from './pushLoop.ts';

export interface SyncEngine {
  start(): void;
  /**
   * Resolves when the engine touches the store no more. A request under way is not waited for: its outcome is
   * unknown, as after a kill, and the next start sends it again.
   */
  stop(): Promise<void>;
  /** Push and pull at once; resolves when done or interrupted. */
  syncNow(): Promise<void>;
  /** The platform's word on the network. True is tried at once; false only changes what is shown. */
  online(hint: boolean): void;
  status(): SyncStatus;
  subscribe(listener: () => void): () => void;
}

export interface SyncStatus {
  readonly phase: 'offline' | 'idle' | 'pushing' | 'pulling' | 'backoff';
  /** The last request reached the server. */
  readonly online: boolean;
  /** When push and pull were last both done, by this device's clock. */
  readonly lastSuccessAt: number | null;
  readonly lastProblem: { readonly code: string; readonly at: number } | null;
}

export interface SyncEngineOptions {
  readonly store: SyncStore;
  readonly transport: HttpTransport;
  /** Without authorisation: only the server's health is asked through it. */
  readonly probe: HttpTransport;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
}

export type SyncStore = PushStore & PullStore & Pick<RecordStore, 'nextReadyAt' | 'onCommit'>;

const probeEveryMs = 15_000;
const pullEveryMs = 10_000;
/** Many commits in a row ask for one look at the outbox. */
const gatherMs = 100;

type Pass = 'push' | 'full';

/** Drives push and pull. One pass at a time; a real request is the only proof of a connection. */
export function createSyncEngine(options: SyncEngineOptions): SyncEngine {
  const { store, clock, timers, logger } = options;
  const listeners = new Set<() => void>();
  let status: SyncStatus = { phase: 'offline', online: false, lastSuccessAt: null, lastProblem: null };
  let life: Life | undefined;
  let running: Promise<void> | undefined;
  let wanted: Pass | undefined;
  let failures = 0;
  const alarms = { main: () => {}, push: () => {} };

  const show = (change: Partial<SyncStatus>) => {
    const before = status;
    status = { ...status, ...change };
    const names = Object.keys(change) as (keyof SyncStatus)[];
    if (names.some((name) => before[name] !== status[name])) for (const listener of listeners) listener();
  };

  const arm = (alarm: keyof typeof alarms, delayMs: number, task: () => void) => {
    alarms[alarm]();
    alarms[alarm] = timers.after(delayMs, task);
  };

  const start = (pass: Pass): Promise<void> => {
    if (life === undefined) return Promise.resolve();
    if (running !== undefined) {
      wanted = wanted === 'full' ? 'full' : pass;
      return running;
    }
    alarms.push();
    if (pass === 'full') alarms.main();
    running = runPasses(life, pass);
    return running;
  };

  /** For timers and listeners, which wait for nothing: whatever goes wrong is in the status already. */
  const trigger = (pass: Pass) => {
    start(pass).catch((error: unknown) => logger.error('sync.pass-failed', { code: codeOf(error) }));
  };

  const runPasses = async (current: Life, first: Pass): Promise<void> => {
    try {
      let pass: Pass | undefined = first;
      while (pass !== undefined && !current.stopped) {
        wanted = undefined;
        const interruption = await attempt(current, pass);
        if (current.stopped) return;
        await settle(current, pass, interruption);
        // After a failure the alarms decide; a request that came in meanwhile has its try.
        pass = interruption === undefined || wanted === 'full' ? wanted : undefined;
      }
    } finally {
      running = undefined;
    }
  };

  const attempt = async (current: Life, pass: Pass): Promise<Interruption | undefined> => {
    try {
      const pushed = await current.push();
      if (pushed !== undefined || pass === 'push' || current.stopped) return pushed;
      show({ phase: 'pulling' });
      return await current.pull();
    } catch (error) {
      // A storage failure is never "nothing to do": it is shown, and tried again.
      return { code: codeOf(error), reachable: true };
    }
  };

  const settle = async (current: Life, pass: Pass, interruption: Interruption | undefined): Promise<void> => {
    if (interruption === undefined) {
      failures = 0;
      const success = pass === 'full' ? { lastSuccessAt: clock.now(), lastProblem: null, online: true } : {};
      show({ phase: status.online || pass === 'full' ? 'idle' : 'offline', ...success });
      if (pass === 'full') arm('main', pullEveryMs, () => trigger('full'));
      await armPush(current);
      return;
    }
    failures += 1;
    const { code, reachable, retryAfterMs } = interruption;
    const lastProblem = { code, at: clock.now() };
    logger.info('sync.interrupted', { code, failures });
    if (reachable) {
      show({ phase: 'backoff', online: true, lastProblem });
      const delay = backoffDelay({ attempt: failures, retryAfterMs, random: options.random });
      arm('main', delay, () => trigger('full'));
    } else {
      show({ phase: 'offline', online: false, lastProblem });
      arm('main', probeEveryMs, probe);
    }
  };

  /** Wakes the push when the next draft becomes ready, or a lone unit's wait ends. The next pull pushes anyway. */
  const armPush = async (current: Life): Promise<void> => {
    let next: number | undefined;
    try {
      next = earliest(await store.nextReadyAt(), current.nextRetryAt());
    } catch (error) {
      logger.error('sync.store-failed', { code: codeOf(error) });
    }
    if (next === undefined || current.stopped || status.phase !== 'idle') return;
    const delay = next - clock.now();
    // What was due already has just had its turn.
    if (delay > 0 && delay < pullEveryMs) arm('push', delay, () => trigger('push'));
  };

  const probe = () => {
    const current = life;
    const ask = async () => {
      const reachable = await current?.abandonable(probeServer(options.probe)).catch(() => false);
      if (current === undefined || current.stopped || running !== undefined || status.online) return;
      if (reachable === true) trigger('full');
      else arm('main', probeEveryMs, probe);
    };
    ask().catch((error: unknown) => logger.error('sync.probe-failed', { code: codeOf(error) }));
  };

  return {
    start() {
      if (life !== undefined) return;
      life = createLife(options, () => show({ phase: 'pushing' }));
      const current = life;
      current.unsubscribe = store.onCommit((commit) => {
        if (!commit.outbox || !status.online || status.phase === 'backoff') return;
        if (running === undefined) arm('push', gatherMs, () => trigger('push'));
        else wanted ??= 'push';
      });
      trigger('full');
    },

    async stop() {
      const current = life;
      if (current === undefined) return;
      life = undefined;
      current.stop();
      alarms.main();
      alarms.push();
      wanted = undefined;
      await running;
      show({ phase: 'offline', online: false });
    },

    async syncNow() {
      failures = 0;
      await start('full');
    },

    online(hint) {
      if (hint) {
        failures = 0;
        trigger('full');
      } else if (running === undefined && life !== undefined) {
        show({ phase: 'offline', online: false });
        alarms.push();
        arm('main', probeEveryMs, probe);
      }
    },

    status: () => status,

    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

/** From one start to its stop. */
interface Life {
  readonly stopped: boolean;
  unsubscribe: () => void;
  stop(): void;
  /** The same promise, rejected as soon as the engine stops. */
  abandonable<T>(promise: Promise<T>): Promise<T>;
  push(): Promise<Interruption | undefined>;
  pull(): Promise<Interruption | undefined>;
  nextRetryAt(): number | undefined;
}

function createLife(options: SyncEngineOptions, onSending: () => void): Life {
  const { store, clock, random, logger } = options;
  let isStopped = false;
  const underWay = new Set<() => void>();
  const abandonable = <T>(promise: Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const abandon = () => reject(new CodedError('SYNC_STOPPED', 'The sync engine was stopped'));
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
    unsubscribe: () => {},
    stop() {
      isStopped = true;
      this.unsubscribe();
      for (const abandon of underWay) abandon();
    },
    abandonable,
    push: () => push.run(),
    pull: () => pull({ store, client, logger, stopped }),
    nextRetryAt: () => push.nextRetryAt(),
  };
}

function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function codeOf(error: unknown): string {
  return isCodedError(error) ? error.code : 'unexpected';
}
