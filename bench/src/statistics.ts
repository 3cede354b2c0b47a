/** What repeated timings come to. */
export interface Spread {
  readonly samples: number;
  readonly median: number;
  readonly p99: number;
}

/** Median and 99th percentile by nearest rank. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (share: number) => sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] ?? Number.NaN;
  return { samples: sorted.length, median: rank(0.5), p99: rank(0.99) };
}
