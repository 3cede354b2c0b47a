import { auditLinkToEvent } from '@fieldchart/clinical';
import {
  createAuthorizedTransport,
  createSyncEngine,
  type HttpTransport,
  sendAuditLinks,
  sendSealedWork,
  type Withdrawal,
} from '@fieldchart/fhir-sync';
import { base64UrlEncode, utf8Encode } from '@fieldchart/foundation';
import { sealWork, type UnlockedKeys } from '@fieldchart/key-vault';
import type { AuditChain, OutboxCounts, RecordStore, UnsentWork } from '@fieldchart/record-store';
import type { RegistrationState, SyncSummary } from './api.ts';
import type { Identity } from './identity.ts';
import type { ClinicPlatform } from './platform.ts';
import { createRegisteringTransport } from './registration.ts';
import { writeDownAgedOut } from './olderRecords.ts';

/** Links of the audit chain that one request carries. */
const LINKS_AT_ONCE = 200;

export interface RunningSync {
  /** To the server, as this device, once it is registered. */
  readonly transport: HttpTransport;
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
  readonly audit: AuditChain;
  readonly onWithdrawn: (withdrawal: Withdrawal) => void;
}): Promise<RunningSync> {
  const { platform, store, identity, keys, audit } = options;
  const { clock, timers, random, logger } = platform;
  const plain = platform.createTransport(identity.server);
  const authorized = createAuthorizedTransport({
    transport: plain,
    clock,
    random,
    deviceId: keys.keyId,
    baseUrl: identity.server,
    sign: (claims) => keys.signJwt(claims),
    onWithdrawn: options.onWithdrawn,
    onClockOffset: (offsetMs) => {
      clockOffsetMs = offsetMs;
      update();
    },
  });
  const listeners = new Set<() => void>();
  let registration: RegistrationState = identity.registrations.length === 0 ? 'registered' : 'waiting';
  let clockOffsetMs: number | null = null;
  const transport = createRegisteringTransport({
    database: store.database,
    plain,
    authorized,
    onState: (state) => {
      registration = state;
      update();
    },
  });
  const engine = createSyncEngine({
    store,
    transport,
    probe: plain,
    seal: (work) => uploadSealed({ platform, transport, identity, keys, work }),
    writeDownAgedOut: (transaction, gone) => writeDownAgedOut(audit, transaction, gone),
    clock,
    timers,
    random,
    logger,
  });

  let counts: OutboxCounts = await store.outboxCounts();
  const summarize = (): SyncSummary => {
    const { phase, online, lastSuccessAt, lastProblem } = engine.status();
    return {
      phase,
      online,
      lastSuccessAt,
      lastProblem: refused(registration) ? registration : (lastProblem?.code ?? null),
      registration,
      clockOffsetMs,
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
  let sendingAudit: Promise<void> = Promise.resolve();
  let auditedAt: number | null = null;
  const sendAudit = async () => {
    const links = await audit.unsent(LINKS_AT_ONCE);
    if (links.length === 0) return;
    const context = { deviceId: keys.keyId, practitionerId: identity.practitionerId };
    const upTo = await sendAuditLinks(
      transport,
      links.map(({ id, link }) => auditLinkToEvent(link, { id, ...context })),
    );
    if (upTo === null) return;
    const sent = links.at(-1)?.link.number ?? 0;
    await audit.confirm({ sent, upTo });
    if (links.length === LINKS_AT_ONCE && upTo >= sent) await sendAudit();
  };
  // The chain follows what sync has just proved: that there is a way to the server.
  const followWithAudit = () => {
    const { lastSuccessAt } = engine.status();
    if (lastSuccessAt === null || lastSuccessAt === auditedAt) return;
    auditedAt = lastSuccessAt;
    sendingAudit = sendingAudit.then(sendAudit).catch(() => logger.warn('audit-links-not-sent'));
  };
  const stopStatus = engine.subscribe(() => {
    followWithAudit();
    update();
  });
  const stopHints = platform.connectivity.subscribe((hint) => {
    switch (hint) {
      case 'online':
      case 'offline':
        engine.online(hint === 'online');
        return;
      case 'foreground':
      case 'background':
        engine.foreground(hint === 'foreground');
        return;
    }
  });
  engine.start();
  engine.online(platform.connectivity.online());

  return {
    transport,
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
      await sendingAudit;
    },
  };
}

/** Seals what no inbox takes to the organisation's rescue key, and brings it. */
async function uploadSealed(input: {
  readonly platform: ClinicPlatform;
  readonly transport: HttpTransport;
  readonly identity: Identity;
  readonly keys: UnlockedKeys;
  readonly work: UnsentWork;
}): Promise<string | null> {
  const { platform, transport, identity, keys } = input;
  const content = utf8Encode(JSON.stringify({ device: keys.keyId, ...input.work }));
  const work = await sealWork(content, identity.rescueKey, keys.keyId);
  const digest = await platform.webCrypto.subtle.digest('SHA-256', utf8Encode(work));
  const sha256 = base64UrlEncode(new Uint8Array(digest));
  return (await sendSealedWork(transport, { work, sha256 })) ? sha256 : null;
}

/** A refusal that no further try with the same ticket changes. */
function refused(registration: RegistrationState): boolean {
  return registration !== 'waiting' && registration !== 'registered';
}
