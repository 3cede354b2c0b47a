import type { Batch, BatchEntry, Commit, PulledEntry } from '@fieldchart/record-store';
import type { SyncStore } from '../syncEngine.ts';

/** The sync half of a record store in memory: just enough to see what push and pull do with it. */
export interface MemoryStore extends SyncStore {
  /** Outcome of each mutation: `acknowledged 1`, `parked code`, `conflict theirs`. */
  readonly outcomes: Map<string, string>;
  /** Of each acknowledging commit, what it settled. */
  readonly commits: (readonly string[])[];
  readonly applied: PulledEntry[];
  readonly fetched: string[];
  queue(entry: Partial<BatchEntry> & { readonly key: string; readonly group?: string }): string;
  commit(): void;
  readyAt: number | undefined;
  /** How often what is here was held against the server from its opening on. */
  epochChanges: number;
}

export function createMemoryStore(): MemoryStore {
  const rows: (BatchEntry & { readonly group?: string })[] = [];
  const listeners = new Set<(commit: Commit) => void>();
  const fetches = new Map<string, string | null>();
  let cursor: string | undefined;

  const settle = (mutationId: string, outcome: string) => {
    store.outcomes.set(mutationId, outcome);
    const index = rows.findIndex((row) => row.mutationId === mutationId);
    if (index !== -1) rows.splice(index, 1);
    return Promise.resolve();
  };

  const store: MemoryStore = {
    outcomes: new Map(),
    commits: [],
    applied: [],
    fetched: [],
    readyAt: undefined,
    epochChanges: 0,
    queue({ group, ...entry }) {
      const mutationId =
        entry.mutationId ??
        `00000000-0000-4000-8000-${String(rows.length + store.outcomes.size).padStart(12, '0')}`;
      const [resourceType, id] = entry.key.split('/');
      const body = JSON.stringify({ resourceType, id, ...(group === undefined ? {} : { group }) });
      const kind = entry.kind ?? 'create';
      rows.push({
        kind,
        body,
        ifMatch: null,
        ...entry,
        mutationId,
        ...(group === undefined ? {} : { group }),
      });
      return mutationId;
    },
    commit() {
      for (const listener of listeners) listener({ keys: new Set(), clients: new Set(), outbox: true });
    },
    nextBatch({ entries, skip }) {
      const ready = rows.filter((row) => skip?.has(row.mutationId) !== true);
      const [first] = ready;
      if (first === undefined) return Promise.resolve(undefined);
      const group = first.group === undefined ? undefined : ready.filter((row) => row.group === first.group);
      const batch: Batch = {
        id: 'batch',
        kind: group === undefined ? 'batch' : 'transaction',
        entries: group ?? ready.filter((row) => row.group === undefined).slice(0, entries),
      };
      return Promise.resolve(batch);
    },
    async acknowledge(arrived) {
      store.commits.push(arrived.map(({ mutationId }) => mutationId));
      for (const { mutationId, version } of arrived) {
        await settle(mutationId, `acknowledged ${version.versionId}`);
      }
    },
    park: (mutationId, { code }) => settle(mutationId, `parked ${code}`),
    conflict: (mutationId, theirs) => settle(mutationId, `conflict ${theirs?.versionId ?? 'gone'}`),
    nextReadyAt: () => Promise.resolve(store.readyAt),
    onCommit(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    cursor: () => Promise.resolve(cursor),
    applyPage(page) {
      cursor = page.cursor;
      for (const entry of page.entries) {
        store.applied.push(entry);
        if (entry.kind === 'access-gained') fetches.set(entry.clientId, null);
      }
      return Promise.resolve();
    },
    clientsToFetch: () => Promise.resolve([...fetches].map(([clientId, next]) => ({ clientId, next }))),
    applyEverythingPage({ clientId, versions, next }) {
      store.fetched.push(...versions.map((version) => version.key));
      if (next === null) fetches.delete(clientId);
      else fetches.set(clientId, next);
      return Promise.resolve();
    },
    endWish: () => Promise.resolve(),
    clientsToErase: () => Promise.resolve([]),
    ageOut: () => Promise.resolve('done'),
    eraseClient: () => Promise.resolve('erased'),
    beginEpochChange() {
      cursor = undefined;
      store.epochChanges += 1;
      return Promise.resolve();
    },
    epochDoubts: () => Promise.resolve([]),
    endEpochChange: () => Promise.resolve(),
    lateWork: () => Promise.resolve([]),
    handedOver: () => Promise.resolve(),
    unsentOf: () => Promise.resolve({ entries: [], conflicts: [], superseded: [] }),
  };
  return store;
}
