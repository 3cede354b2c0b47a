import {
  createAuthorizedTransport,
  createSyncEngine,
  type HttpAnswer,
  type HttpRequest,
  type HttpTransport,
  registerDevice,
} from '@fieldchart/fhir-sync';
import { CodedError } from '@fieldchart/foundation';
import type { UnlockedKeys } from '@fieldchart/key-vault';
import type { OutboxCounts, RecordStore } from '@fieldchart/record-store';
import type { SyncSummary } from './api.ts';
import { type Identity, saveIdentity } from './identity.ts';
import type { ClinicPlatform } from './platform.ts';

export interface RunningSync {
  syncNow(): Promise<void>;
  summary(): SyncSummary;
  subscribe(listener: () => void): () => void;
  stop(): Promise<void>;
}

/** Starts the sync engine for one unlock: registers the device at first contact, then pushes and pulls. */
export async function startSync(options: {
  readonly platform: ClinicPlatform;
  readonly store: RecordStore;
  readonly identity: Identity;
  readonly keys: UnlockedKeys;
}): Promise<RunningSync> {
  const { platform, store, identity, keys } = options;
  const { clock, timers, random, logger } = platform;
  const plain = platform.createTransport(identity.server);
  const authorized = createAuthorizedTransport({
    transport: plain,
    clock,
    random,
    deviceId: keys.keyId,
    baseUrl: identity.server,
    sign: (claims) => keys.signJwt(claims),
  });
  const listeners = new Set<() => void>();
  let refusal: string | null = null;
  const transport = registeringTransport({
    ...options,
    plain,
    authorized,
    onRefused: (code) => {
      refusal = code;
      update();
    },
  });
  const engine = createSyncEngine({ store, transport, probe: plain, clock, timers, random, logger });

  let counts: OutboxCounts = await store.outboxCounts();
  const summarize = (): SyncSummary => {
    const { phase, online, lastSuccessAt, lastProblem } = engine.status();
    return {
      phase,
      online,
      lastSuccessAt,
      lastProblem: refusal ?? lastProblem?.code ?? null,
      waiting: counts.waiting + counts.attempted,
      failed: counts.parked + counts.held,
    };
  };
  // The same object until something changes: screens compare it by identity.
  let current = summarize();
  function update() {
    current = summarize();
    for (const listener of listeners) listener();
  }
  const recount = () => {
    store.outboxCounts().then(
      (fresh) => {
        counts = fresh;
        update();
      },
      () => logger.warn('outbox-count-failed'),
    );
  };
  const stopCounting = store.onCommit((commit) => {
    if (commit.outbox) recount();
  });
  const stopStatus = engine.subscribe(update);
  const stopHints = platform.connectivity.subscribe((online) => engine.online(online));
  engine.start();
  engine.online(platform.connectivity.online());

  return {
    syncNow: () => engine.syncNow(),
    summary: () => current,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stop() {
      stopHints();
      stopStatus();
      stopCounting();
      await engine.stop();
    },
  };
}

/** Registers the device before its first request; until the server has taken it, every request is refused here. */
function registeringTransport(options: {
  readonly platform: ClinicPlatform;
  readonly store: RecordStore;
  readonly identity: Identity;
  readonly keys: UnlockedKeys;
  readonly plain: HttpTransport;
  readonly authorized: HttpTransport;
  readonly onRefused: (code: string | null) => void;
}): HttpTransport {
  const { store, keys, plain } = options;
  let { identity } = options;
  let registering: Promise<void> | undefined;

  const register = async () => {
    if (identity.ticket === null) return;
    const outcome = await registerDevice({
      transport: plain,
      clock: options.platform.clock,
      baseUrl: identity.server,
      ticket: identity.ticket.jwt,
      ticketId: identity.ticket.id,
      deviceId: keys.keyId,
      publicKey: keys.publicJwk,
      sign: (claims) => keys.signJwt(claims),
    });
    if (!outcome.ok) {
      if (outcome.error.kind !== 'unreachable') options.onRefused(outcome.error.kind);
      throw new CodedError('SYNC_NOT_REGISTERED', 'The server did not register this device');
    }
    identity = { ...identity, ticket: null };
    await saveIdentity(store.database, identity);
    options.onRefused(null);
  };

  return {
    async request(request: HttpRequest): Promise<HttpAnswer> {
      registering ??= register().finally(() => {
        registering = undefined;
      });
      await registering;
      return await options.authorized.request(request);
    },
  };
}
