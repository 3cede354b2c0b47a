/** What became of a bundle's resources, by type. */
export interface ImportReport {
  readonly byType: Readonly<Record<string, TypeReport>>;
  /** References to what was not taken that were left out of resources that do without them. */
  readonly referencesLeftOut: number;
}

export interface TypeReport {
  readonly taken: number;
  readonly refused: readonly { readonly reason: string; readonly count: number }[];
}

/** Counts outcomes while an import is planned. */
export interface ReportWriter {
  taken(type: string): void;
  refused(type: string, reason: string): void;
  report(referencesLeftOut: number): ImportReport;
}

export function createReportWriter(): ReportWriter {
  const types = new Map<string, { taken: number; refused: Map<string, number> }>();
  const entryOf = (type: string) => {
    const entry = types.get(type) ?? { taken: 0, refused: new Map<string, number>() };
    types.set(type, entry);
    return entry;
  };
  return {
    taken(type) {
      entryOf(type).taken += 1;
    },
    refused(type, reason) {
      const { refused } = entryOf(type);
      refused.set(reason, (refused.get(reason) ?? 0) + 1);
    },
    report(referencesLeftOut) {
      const byType = Object.fromEntries(
        [...types].map(([type, { taken, refused }]) => {
          const reasons = [...refused].map(([reason, count]) => ({ reason, count }));
          return [type, { taken, refused: reasons }];
        }),
      );
      return { byType, referencesLeftOut };
    },
  };
}
