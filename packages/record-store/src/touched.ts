import type { ResourceKey } from '@fieldchart/clinical';
import type { Commit } from './recordStore.ts';

/** Collects what a transaction changes, for those who listen to commits. */
export interface Touched {
  readonly keys: Set<ResourceKey>;
  readonly clients: Set<string>;
  outbox: boolean;
}

export function createTouched(): Touched {
  return { keys: new Set(), clients: new Set(), outbox: false };
}

export function touch(touched: Touched, key: ResourceKey, clientId: string | null): void {
  touched.keys.add(key);
  if (clientId !== null) touched.clients.add(clientId);
}

export interface Announcer {
  announce(commit: Commit): void;
  onCommit(listener: (commit: Commit) => void): () => void;
}

export function createAnnouncer(): Announcer {
  const listeners = new Set<(commit: Commit) => void>();
  return {
    announce(commit) {
      const { keys, clients, outbox, indexed } = commit;
      if (keys.size === 0 && clients.size === 0 && !outbox && indexed !== true) return;
      for (const listener of listeners) listener(commit);
    },
    onCommit(listener) {
      // Wrapped, so that the same function given twice is two listeners.
      const own = (commit: Commit) => listener(commit);
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
  };
}
