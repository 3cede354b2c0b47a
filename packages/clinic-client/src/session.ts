import {
  createCareTeam,
  createEncounter,
  createNote,
  createPatient,
  finishEncounter,
} from '@fieldchart/clinical';
import type { Database } from '@fieldchart/encrypted-sqlite';

import { CodedError, randomUuid } from '@fieldchart/foundation';
import { deviceFingerprint, type UnlockedKeys, type Vault } from '@fieldchart/key-vault';
import type { Withdrawal } from '@fieldchart/fhir-sync';
import { type AuditChain, openRecordStore } from '@fieldchart/record-store';
import { createAccount } from './account.ts';
import { openActivityStore } from './activityStore.ts';
import { createAnswers } from './answers.ts';
import type { ClinicSession, NoteEditor } from './api.ts';
import { proveSecret } from './attestation.ts';
import { loadIdentity } from './identity.ts';
import { createLiveQueries } from './liveQueries.ts';
import { createMendKeeper } from './mendKeeper.ts';
import type { TellLockedEvents } from './lockedEvents.ts';
import { openNoteEditor, type OpenNoteEditor } from './noteEditor.ts';
import type { ClinicPlatform, DeviceProfile } from './platform.ts';
import { createOlderRecords } from './olderRecords.ts';
import { openOnline } from './online.ts';
import { signConsent, signNote } from './signing.ts';
import { startSync } from './startSync.ts';
import { createSettling } from './settling.ts';
import { type DamageFinding, watchHealth } from './recordHealth.ts';
import { createEmergency } from './emergency.ts';
import { sealUnsent } from './withdrawal.ts';

/** Milliseconds until the disk is asked again to take what it refused. */
const RETRY = 1_000;

export interface OpenSession {
  readonly session: ClinicSession;
  /** Resolves when all that was typed is on the disk; goes on trying, however long the disk refuses. Never rejects. */
  saved(): Promise<void>;
  /** What has not reached the server, sealed for the provider. */
  sealUnsent(): Promise<string>;
  /** E5: flushes and closes the database, forgets the keys. Whatever fails, the database is closed and the keys go. */
  close(): Promise<void>;
  /** Closes without what is not written yet, which is lost. */
  abandon(): Promise<void>;
  discardKeys(): void;
}

/** Everything that one unlock opens, over the user's own database and keys. */
export async function openSession(options: {
  readonly platform: ClinicPlatform;
  readonly vault: Vault;
  readonly profile: DeviceProfile;
  readonly keys: UnlockedKeys;
  readonly database: Database;
  readonly audit: AuditChain;
  readonly tell: TellLockedEvents;
  readonly onWithdrawn: (withdrawal: Withdrawal) => void;
  readonly onRemoved: () => Promise<void>;
  readonly onDamaged: (finding: DamageFinding) => Promise<void>;
}): Promise<OpenSession> {
  const { platform, database, keys, profile, audit, tell } = options;
  const { clock, random, logger, timers } = platform;
  const store = await openRecordStore({ database, clock, random, logger });
  const identity = await loadIdentity(database);
  const activity = await openActivityStore(database);
  const answer = createAnswers(store, identity.practitionerId, clock);
  const health = watchHealth({ database, timers, logger, onDamage: options.onDamaged });
  const live = createLiveQueries({
    timers,
    onCommit: (listener) => store.onCommit(listener),
    onError: (error) => {
      health.met(error);
      logger.error('query-failed', { code: error instanceof CodedError ? error.code : 'UNKNOWN' });
    },
  });
  const stopIndexing = store.startIndexing(timers);
  const sync = await startSync({
    platform,
    store,
    identity,
    keys,
    audit,
    onWithdrawn: options.onWithdrawn,
  });
  const online = openOnline({ store, sync, clock, timers, practitionerId: identity.practitionerId });
  const fingerprint = await deviceFingerprint(platform.webCrypto, keys.publicJwk);
  const account = createAccount({ ...options, store, identity, sync });
  const editors = new Map<string, OpenNoteEditor>();
  const author = identity.practitionerId;
  const signing = {
    store,
    identity,
    clock,
    random,
    prove: (secret: string) =>
      proveSecret({
        vault: options.vault,
        deviceSecrets: platform.deviceSecrets,
        profile,
        secret,
        audit,
        tell,
      }),
  };

  let abandoned = false;
  const activitySaved = async (): Promise<void> => {
    try {
      await activity.flush();
    } catch {
      await new Promise<void>((resolve) => void timers.after(RETRY, resolve));
      if (!abandoned) await activitySaved();
    }
  };
  const release = async (finish: () => Promise<unknown>) => {
    health.stop();
    online.stop();
    stopIndexing();
    try {
      await finish();
    } finally {
      try {
        await database.close();
      } finally {
        keys.discard();
      }
    }
  };

  const session: ClinicSession = {
    me: {
      userId: identity.userId,
      practitionerId: identity.practitionerId,
      name: identity.practitionerName,
      role: identity.role,
      secretKind: profile.secretKind,
    },
    organization: identity.organization,
    deviceFingerprint: fingerprint,
    activity: activity.store,
    watch: (query, onAnswer) => live.watch(query, answer<typeof query>, onAnswer),

    async registerClient(input) {
      const clientId = randomUuid(random);
      const { practitionerId, organization } = identity;
      const patient = createPatient({ id: clientId, organizationId: organization.id, ...input });
      const careTeam = createCareTeam({
        id: randomUuid(random),
        clientId,
        members: [{ practitionerId, name: identity.practitionerName }],
        organizationId: organization.id,
        startedAt: clock.now(),
      });
      // One group: a client without a care team would belong to nobody's caseload.
      await store.recordGroup(
        [
          { resource: patient, basedOn: 0 },
          { resource: careTeam, basedOn: 0 },
        ],
        author,
      );
      return { clientId };
    },

    async startVisit({ clientId, place, location }) {
      const visitId = randomUuid(random);
      const visit = createEncounter({
        id: visitId,
        clientId,
        practitionerId: author,
        practitionerName: identity.practitionerName,
        organizationId: identity.organization.id,
        place,
        location,
        startedAt: clock.now(),
      });
      await store.recordChange({ resource: visit, basedOn: 0 }, author);
      return { visitId };
    },

    async finishVisit(visitId) {
      const record = await store.get(`Encounter/${visitId}`);
      if (record?.resource.resourceType !== 'Encounter') {
        throw new CodedError('VISIT_UNKNOWN', 'There is no such visit on this device');
      }
      const finished = finishEncounter(record.resource, { endedAt: clock.now() });
      await store.recordChange({ resource: finished, basedOn: record.revision }, author);
    },

    async createNote({ clientId, visitId }) {
      const noteId = randomUuid(random);
      const note = createNote({
        id: noteId,
        clientId,
        encounterId: visitId,
        practitionerId: author,
        practitionerName: identity.practitionerName,
        organizationId: identity.organization.id,
        format: 'DAP',
        title: 'Progress note',
        now: clock.now(),
      });
      // A draft like any keystroke: it waits for the writer's first pause.
      await store.recordChange({ resource: note, basedOn: 0, typing: true }, author);
      return { noteId };
    },

    async openEditor(noteId): Promise<NoteEditor> {
      const open = editors.get(noteId);
      if (open !== undefined) await open.close();
      const editor = await openNoteEditor({
        store,
        timers,
        logger,
        noteId,
        author,
        onClose: () => {
          if (editors.get(noteId) === editor) editors.delete(noteId);
        },
      });
      editors.set(noteId, editor);
      return editor;
    },

    async signNote(input) {
      await editors.get(input.noteId)?.saved();
      return await signNote(signing, input);
    },
    signConsent: (input) => signConsent(signing, input),

    ...account,
    ...createEmergency({ store, audit, sync, clock }),
    ...online.api,
    ...createOlderRecords({ store, audit, sync }),
    ...createSettling({
      store,
      audit,
      clock,
      syncSoon: () => {
        sync.syncNow().catch(() => logger.warn('sync-after-settling-failed'));
      },
    }),

    mendKeeper: (mutationId) => createMendKeeper({ activity, timers, mutationId }),

    recordDamaged: () => health.damaged(),
    subscribeDamage: (listener) => health.subscribe(listener),

    syncNow: () => sync.syncNow(),
    syncStatus: () => sync.summary(),
    subscribeSync: (listener) => sync.subscribe(listener),
  };

  return {
    session,
    async saved() {
      await Promise.all([...[...editors.values()].map((editor) => editor.saved()), activitySaved()]);
    },
    sealUnsent: () => sealUnsent(database, keys.keyId),
    close: () =>
      release(async () => {
        await Promise.all([...editors.values()].map((editor) => editor.close()));
        await sync.stop();
        await activity.close();
      }),
    abandon: () =>
      release(async () => {
        abandoned = true;
        for (const editor of editors.values()) editor.abandon();
        activity.abandon();
        await sync.stop();
      }),
    discardKeys: () => keys.discard(),
  };
}
