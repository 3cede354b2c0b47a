import { type Clock, type Logger, type Random, type Timers, isCodedError } from '@fieldchart/foundation';
import type { RecordStore, WriteDownAgedOut } from '@fieldchart/record-store';
import { type Ageing, createAgeing } from './ageing.ts';
import { backoffDelay } from './backoff.ts';
import { type EngineLife, createEngineLife } from './engineLife.ts';
import type { SealUpload } from './handOver.ts';
import type { HttpTransport } from './httpTransport.ts';
import { type Interruption, epochChanged } from './interruption.ts';
import { probeServer } from './probeServer.ts';
import type { PullStore } from './pullLoop.ts';
import type { PushStore } from './pushLoop.ts';
import { watchChanges } from './watchChanges.ts';

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
  /**
   * Whether somebody looks at the app. Coming to the foreground syncs at once; in the background what is under way
   * ends, and neither probes nor waits for changes go out.
   */
  foreground(visible: boolean): void;
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
  /** For what a client who left the caseload leaves behind, and no inbox takes. */
  readonly seal: SealUpload;
  /** Puts on record what the policy ages out, in the transaction that erases it. */
  readonly writeDownAgedOut: WriteDownAgedOut;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
}

export type SyncStore = PushStore & PullStore & Pick<RecordStore, 'nextReadyAt' | 'onCommit' | 'ageOut'>;

const probeEveryMs = 15_000;
/** Where the server does not tell of changes by itself. */
const pullEveryMs = 10_000;
/** Where it does: for what a lost word would leave unseen. */
const checkEveryMs = 60_000;
/** Many commits in a row ask for one look at the outbox. */
const gatherMs = 100;

type Pass = 'push' | 'full';

/** Drives push and pull. One pass at a time; a real request is the only proof of a connection. */
export function createSyncEngine(options: SyncEngineOptions): SyncEngine {
  const { store, clock, timers, logger } = options;
  const listeners = new Set<() => void>();
  let status: SyncStatus = { phase: 'offline', online: false, lastSuccessAt: null, lastProblem: null };
  let life: EngineLife | undefined;
  let ageing: Ageing | undefined;
  let unsubscribe = () => {};
  let visible = true;
  /** The network was said to be gone since the requests under way went out. */
  let lineBroke = false;
  /** Counts the waits for changes: only the latest one's answer means anything. */
  let watches = 0;
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
    lineBroke = false;
    running = runPasses(life, pass);
    return running;
  };

  /** For timers and listeners, which wait for nothing: whatever goes wrong is in the status already. */
  const trigger = (pass: Pass) => {
    start(pass).catch((error: unknown) => logger.error('sync.pass-failed', { code: codeOf(error) }));
  };

  const runPasses = async (current: EngineLife, first: Pass): Promise<void> => {
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

  const attempt = async (current: EngineLife, pass: Pass): Promise<Interruption | undefined> => {
    try {
      const pushed = await current.push();
      // A restored server takes nothing before the device has pulled from it.
      if ((pushed !== undefined && pushed !== epochChanged) || current.stopped) return pushed;
      if (pass === 'push' && pushed === undefined) return undefined;
      watches += 1;
      show({ phase: 'pulling' });
      const pulled = await current.pull();
      if (pushed === epochChanged) wanted ??= 'push';
      return pulled;
    } catch (error) {
      // A storage failure is never "nothing to do": it is shown, and tried again.
      return { code: codeOf(error), reachable: true };
    }
  };

  const settle = async (
    current: EngineLife,
    pass: Pass,
    interruption: Interruption | undefined,
  ): Promise<void> => {
    if (interruption === undefined) {
      failures = 0;
      const success = pass === 'full' ? { lastSuccessAt: clock.now(), lastProblem: null, online: true } : {};
      show({ phase: status.online || pass === 'full' ? 'idle' : 'offline', ...success });
      // Now the server's time and policy are known.
      if (pass === 'full') ageing?.start();
      if (pass === 'full') await watch(current);
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
      armProbe();
    }
  };

  const armProbe = () => {
    if (visible) arm('main', probeEveryMs, probe);
  };

  /**
   * Waits for changes made elsewhere: the server answers when something is there. What comes of it is a pull at once,
   * another wait, or, where the server does not hold its answers back, a look every ten seconds.
   */
  const watch = async (current: EngineLife): Promise<void> => {
    arm('main', checkEveryMs, () => trigger('full'));
    const cursor = visible ? await store.cursor() : undefined;
    if (cursor === undefined || current.stopped) return;
    watches += 1;
    const mine = watches;
    const listen = async () => {
      const heard = await watchChanges(current.client, clock, cursor);
      if (current.stopped || mine !== watches || !visible) return;
      switch (heard) {
        case 'news':
        case 'lost':
          // A lost line is no proof either way: the next real request is.
          trigger('full');
          return;
        case 'quiet':
          await listen();
          return;
        case 'unsupported':
          if (running === undefined) arm('main', pullEveryMs, () => trigger('full'));
          return;
      }
    };
    listen().catch((error: unknown) => logger.error('sync.watch-failed', { code: codeOf(error) }));
  };

  /** Wakes the push when the next draft becomes ready, or a lone unit's wait ends. The next pull pushes anyway. */
  const armPush = async (current: EngineLife): Promise<void> => {
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
      else armProbe();
    };
    ask().catch((error: unknown) => logger.error('sync.probe-failed', { code: codeOf(error) }));
  };

  return {
    start() {
      if (life !== undefined) return;
      life = createEngineLife(options, () => show({ phase: 'pushing' }));
      ageing = createAgeing(options);
      // What a kill cut short, or the ticket told, needs no network.
      ageing.start();
      unsubscribe = store.onCommit((commit) => {
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
      unsubscribe();
      current.stop();
      alarms.main();
      alarms.push();
      wanted = undefined;
      await ageing?.stop();
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
        // What went out on a line that broke since would be waited for in vain.
        if (lineBroke) life?.abandonRequests();
        lineBroke = false;
        trigger('full');
        return;
      }
      lineBroke = true;
      if (running === undefined && life !== undefined) {
        watches += 1;
        show({ phase: 'offline', online: false });
        alarms.push();
        alarms.main();
        armProbe();
      }
    },

    foreground(now) {
      if (visible === now) return;
      visible = now;
      if (now) {
        failures = 0;
        trigger('full');
        return;
      }
      watches += 1;
      alarms.main();
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

function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function codeOf(error: unknown): string {
  return isCodedError(error) ? error.code : 'unexpected';
}
