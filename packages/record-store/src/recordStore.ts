import type { FhirResource, ResourceKey, RetentionWord } from '@fieldchart/clinical';
import type { Database } from '@fieldchart/encrypted-sqlite';
import type { EntryState, MutationKind } from '@fieldchart/smart-queue';
import type { Attention } from './attention.ts';
import type { LateWork } from './lateWork.ts';
import type { Retention } from './retention.ts';
import type { Search } from './search.ts';

/**
 * The clinical records of one user on one device, their outbox and their place in the server's feed, in one
 * encrypted database. Every change and its outbox entry commit in one transaction (D2).
 */
export interface RecordStore extends Search, Attention, LateWork, Retention {
  /** The same database, for what else lives in it (`app_state`, the redux-persist engine's table). */
  readonly database: Database;

  // ---- Records -----------------------------------------------------------------------------------------

  get(key: ResourceKey): Promise<StoredRecord | undefined>;

  /**
   * Commits one change and its outbox entry durably (D1, D2). If the record is no longer at `basedOn`, the
   * change is three-way merged into it, never written over.
   * Rejects {@link RecordStoreErrorCode}.
   */
  recordChange(change: Change, author: string): Promise<ChangeOutcome>;

  /** Commits several changes as one group, which reaches the server together or not at all (O6). */
  recordGroup(changes: readonly Change[], author: string): Promise<readonly ChangeOutcome[]>;

  /** Where the user is in a note, with no change of its text. */
  savePosition(key: ResourceKey, position: EditorPosition): Promise<void>;

  /** The draft is ready to send now: the editor was left, the app locks, or the note is being signed. */
  settle(key: ResourceKey): Promise<void>;

  /** Calls `listener` after each commit that changed something. Returns how to stop. */
  onCommit(listener: (commit: Commit) => void): () => void;

  // ---- Lists -------------------------------------------------------------------------------------------

  /** One client with everything the chart shows; undefined if the client is not on this device. */
  chart(clientId: string): Promise<Chart | undefined>;
  /** Flags, episodes of care and appointments of a client, of any status, each type in the order of its dates. */
  standing(clientId: string): Promise<readonly FhirResource[]>;
  /** Everything not yet acknowledged, in the order in which it was made. */
  listOutbox(limit: number): Promise<readonly OutboxItem[]>;
  outboxCounts(): Promise<OutboxCounts>;
  /** What the server acknowledged, newest first. */
  recentReceipts(limit: number): Promise<readonly Receipt[]>;
  /** Open conflicts of a record, oldest first. */
  conflictsOf(key: ResourceKey): Promise<readonly Conflict[]>;

  // ---- Push --------------------------------------------------------------------------------------------

  /**
   * The next bundle to send. Its attempt is durable before this resolves (O4). What an earlier call or an
   * earlier run attempted and has no outcome yet comes first, unchanged, except entries in `skip` (those that
   * back off alone). Undefined: nothing is ready.
   */
  nextBatch(limits: BatchLimits): Promise<Batch | undefined>;
  /** Milliseconds since the epoch at which the next draft becomes ready; undefined if none waits for time. */
  nextReadyAt(): Promise<number | undefined>;
  /**
   * The server took these entries: all are settled in one commit, so that of a group never a part is (O6). Unknown and
   * already acknowledged ids are ignored.
   */
  acknowledge(arrived: readonly Arrived[]): Promise<void>;
  /** The server refused the entry: it is parked with its reason, its group with it, its dependents are held (O5). */
  park(mutationId: string, reason: ParkReason): Promise<void>;
  /**
   * The server's record moved (412) or is gone (404, 410: `theirs` null). Base, mine and theirs are kept, and
   * the entry is parked with code `conflict`.
   */
  conflict(mutationId: string, theirs: PulledResource | null): Promise<void>;

  // ---- Pull --------------------------------------------------------------------------------------------

  cursor(): Promise<string | undefined>;
  /**
   * The feed is read from its opening: there is no cursor yet, or the server knows it no more (410), as after it was
   * restored from a backup. Records stay, and each is held against what the server has from now on. Nothing of it is applied until {@link RecordStore.endEpochChange}.
   */
  beginEpochChange(): Promise<void>;
  /**
   * Records on which the server has a version newer than our latest receipt: whether it builds on ours, only its
   * history tells. Empty when no epoch change is under way.
   */
  epochDoubts(): Promise<readonly EpochDoubt[]>;
  /**
   * Once all has been read again: queues our acknowledged work that the server lacks, in the order of the receipts,
   * groups whole, under the first mutation ids; takes the server's word for the rest. `lacking` are the doubts in whose
   * history our change does not stand. Records with an attempt of unknown outcome are left for the next time.
   */
  endEpochChange(lacking: ReadonlySet<ResourceKey>): Promise<void>;
  /** One page of the feed and its cursor, in one transaction; `retention` is what it says of time and policy. */
  applyPage(page: {
    readonly entries: readonly PulledEntry[];
    readonly cursor: string;
    readonly retention?: RetentionWord | undefined;
  }): Promise<void>;
  /** Clients whose access was gained, or who were asked for, and whose record is not completely fetched yet. */
  clientsToFetch(): Promise<readonly ClientToFetch[]>;
  /** One page of `$everything` of a client; `next` null when it was the last. */
  applyEverythingPage(page: {
    readonly clientId: string;
    readonly versions: readonly PulledVersion[];
    readonly next: string | null;
  }): Promise<void>;
  /** Clients whose access was lost and whose data is still here. */
  clientsToErase(): Promise<readonly string[]>;
  /** The starter caseload, in chunks of one transaction each; may be repeated after a kill. */
  loadCaseload(caseload: {
    readonly resources: readonly FhirResource[];
    readonly cursor: string;
    readonly onProgress?: (done: number, total: number) => void;
  }): Promise<void>;
}

/** Where an item stands on its way to the server; `none`: came from there, nothing of ours. */
export type SyncState = 'none' | EntryState | 'acknowledged';

export interface StoredRecord {
  readonly key: ResourceKey;
  readonly resource: FhirResource;
  /** Counts local commits on this record; name it as `basedOn` of the next change. */
  readonly revision: number;
  /** The server's version that the record stands on. */
  readonly versionId: string | null;
  readonly serverTime: string | null;
  readonly sync: SyncState;
  /** Present when `sync` is `parked`. */
  readonly reason: ParkReason | null;
  /** The server's latest acknowledgement of a change of ours (O7). */
  readonly receipt: ServerVersion | null;
  readonly inConflict: boolean;
  readonly position: EditorPosition | null;
}

export interface Change {
  readonly resource: FhirResource;
  /** The revision it derives from; 0 creates the record. */
  readonly basedOn: number;
  readonly position?: EditorPosition;
  /** A keystroke: the entry becomes ready after a pause, and no list re-runs. */
  readonly typing?: boolean;
}

export interface ChangeOutcome {
  readonly key: ResourceKey;
  /** The committed revision. */
  readonly revision: number;
  /** What the record now holds: differs from the change where `merged`. */
  readonly resource: FhirResource;
  readonly merged: boolean;
}

export interface EditorPosition {
  readonly section: string;
  readonly selectionStart: number;
  readonly selectionEnd: number;
  /** Pixels. */
  readonly scroll: number;
}

/** What one commit changed, for live queries. */
export interface Commit {
  /** Records whose content or delivery changed. */
  readonly keys: ReadonlySet<ResourceKey>;
  /** Clients whose chart or row in the list may read differently; empty for a keystroke. */
  readonly clients: ReadonlySet<string>;
  /** Whether the outbox's list or counts may read differently. */
  readonly outbox: boolean;
  /** No record changed: the search index now holds all of them. */
  readonly indexed?: true;
}

export interface Chart {
  readonly client: StoredRecord;
  /** Encounters, newest first. */
  readonly visits: readonly StoredRecord[];
  /** Compositions, newest first. */
  readonly notes: readonly StoredRecord[];
  readonly conditions: readonly StoredRecord[];
  /** Newest first. */
  readonly consents: readonly StoredRecord[];
}

export interface OutboxItem {
  readonly mutationId: string;
  readonly sequence: number;
  readonly key: ResourceKey;
  readonly kind: MutationKind;
  readonly state: EntryState;
  readonly reason: ParkReason | null;
  readonly clientId: string | null;
  readonly clientName: string | null;
}

export interface OutboxCounts {
  readonly waiting: number;
  readonly attempted: number;
  readonly parked: number;
  readonly held: number;
}

/** An entry that the server took, and the version that it became (O7). */
export interface Arrived {
  readonly mutationId: string;
  readonly version: ServerVersion;
}

export interface Receipt extends ServerVersion {
  readonly mutationId: string;
  readonly sequence: number;
  readonly key: ResourceKey;
  readonly kind: MutationKind;
  readonly clientId: string | null;
  readonly clientName: string | null;
}

export interface ServerVersion {
  readonly versionId: string;
  /** Instant, from the server's clock. */
  readonly serverTime: string;
}

export interface ParkReason {
  readonly code: string;
  readonly text: string;
}

export interface Conflict {
  readonly base: FhirResource | null;
  readonly mine: FhirResource;
  readonly theirs: FhirResource | null;
}

export interface BatchLimits {
  /** A group larger than this still travels whole. */
  readonly entries: number;
  /** UTF-16 length of the bodies together; the first unit travels even if it is larger. */
  readonly bytes: number;
  /** Mutation ids (of attempted entries) to leave out now. */
  readonly skip?: ReadonlySet<string>;
}

export interface Batch {
  /** Stable over retries and restarts. */
  readonly id: string;
  /** `transaction`: one group, all or nothing. `batch`: entries independent of each other. */
  readonly kind: 'batch' | 'transaction';
  readonly entries: readonly BatchEntry[];
}

export interface BatchEntry {
  readonly mutationId: string;
  readonly key: ResourceKey;
  readonly kind: MutationKind;
  /** The resource as JSON, byte for byte the same on every retry; empty for a delete. */
  readonly body: string;
  /** `If-Match: W/"…"`; null for a create, which carries `If-None-Match: *`. */
  readonly ifMatch: string | null;
}

export interface PulledResource extends ServerVersion {
  readonly resource: FhirResource;
}

export interface PulledVersion extends ServerVersion {
  readonly kind: 'version';
  readonly key: ResourceKey;
  /** Null: the server deleted it. */
  readonly resource: FhirResource | null;
  /** Of the change that made this version, where the server says so. */
  readonly mutationId?: string;
}

export type PulledEntry =
  PulledVersion | { readonly kind: 'access-gained' | 'access-lost'; readonly clientId: string };

export interface EpochDoubt {
  readonly key: ResourceKey;
  /** Of our latest acknowledged change of the record. */
  readonly mutationId: string;
}

export interface ClientToFetch {
  readonly clientId: string;
  /** Where a broken fetch goes on; null: from the start. */
  readonly next: string | null;
}

export type RecordStoreErrorCode =
  /** The database was written by a newer app; it is left untouched. */
  | 'STORE_NEWER_SCHEMA'
  /** C2: the content of a signed note or consent is never changed. */
  | 'STORE_SIGNED'
  /** A note with an open conflict cannot be signed. */
  | 'STORE_CONFLICT_OPEN'
  /** A create of what exists, a change of what does not, or a decision on what has moved since it was shown. */
  | 'STORE_WRONG_BASE'
  /** The unit was settled meanwhile, or is being sent. */
  | 'STORE_NOT_PARKED'
  /** Only a note has a draft to return to. */
  | 'STORE_NOT_A_NOTE';
