/** What one resolved promise of the store means is on disk. */
export interface Saved {
  readonly records?: readonly { readonly key: string; readonly edit: number }[];
  readonly attempted?: readonly { readonly mutationId: string; readonly body: string }[];
  readonly acknowledged?: readonly string[];
}

/** What a process that will be killed tells of itself. */
export type Report =
  | { readonly kind: 'begun'; readonly step: number }
  | ({ readonly kind: 'saved'; readonly step: number } & Saved);

/** Everything that one device has shown as saved, over the lives of its processes. */
export interface Reported {
  /** The latest edit of each record. */
  readonly edits: ReadonlyMap<string, number>;
  /** The bytes of each attempt, by mutation id. */
  readonly attempted: ReadonlyMap<string, string>;
  readonly acknowledged: ReadonlySet<string>;
}

export interface Witness extends Reported {
  hear(saved: Saved): void;
}

/** Keeps what was reported; it stands outside of the processes that are killed. */
export function createWitness(): Witness {
  const edits = new Map<string, number>();
  const attempted = new Map<string, string>();
  const acknowledged = new Set<string>();
  return {
    edits,
    attempted,
    acknowledged,
    hear(saved) {
      for (const { key, edit } of saved.records ?? []) edits.set(key, edit);
      for (const { mutationId, body } of saved.attempted ?? []) attempted.set(mutationId, body);
      for (const id of saved.acknowledged ?? []) acknowledged.add(id);
    },
  };
}
