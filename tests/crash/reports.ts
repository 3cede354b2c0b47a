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

/** Everything that the processes of one device have reported as saved, kept by those who kill them. */
export interface Reported {
  readonly edits: ReadonlyMap<string, number>;
  /** The bytes of each attempt, by mutation id. */
  readonly attempted: ReadonlyMap<string, string>;
  readonly acknowledged: ReadonlySet<string>;
  readonly commits: number;
  /** Whether the last that was heard was the beginning of a commit. */
  readonly committing: boolean;
}

export function createReported(): Reported & { readonly hear: (report: Report) => void } {
  const edits = new Map<string, number>();
  const attempted = new Map<string, string>();
  const acknowledged = new Set<string>();
  const state = { edits, attempted, acknowledged, commits: 0, committing: false };
  return Object.assign(state, {
    hear(report: Report) {
      state.committing = report.kind === 'begun';
      if (report.kind === 'begun') return;
      state.commits += 1;
      for (const { key, edit } of report.records ?? []) edits.set(key, edit);
      for (const { mutationId, body } of report.attempted ?? []) attempted.set(mutationId, body);
      for (const id of report.acknowledged ?? []) acknowledged.add(id);
    },
  });
}
