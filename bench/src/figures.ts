import { type Spread, spreadOf } from './statistics.ts';

/** One measured row. */
export interface Figure extends Spread {
  readonly what: string;
  /** Notes in the database. */
  readonly notes: number;
  readonly unit: 'ms' | 'MB';
}

/** One figure against another; `atMost` is the target, null where there is none. */
export interface Ratio {
  readonly what: string;
  readonly value: number;
  readonly atMost: number | null;
}

/** What one suite found. */
export interface SuiteResult {
  readonly figures: readonly Figure[];
  readonly ratios: readonly Ratio[];
}

export function figure(
  what: string,
  notes: number,
  values: readonly number[],
  unit: Figure['unit'] = 'ms',
): Figure {
  return { what, notes, unit, ...spreadOf(values) };
}

/** Median against median: the p99 of a shared machine says more about its other users. */
export function ratio(
  what: string,
  over: Figure | undefined,
  under: Figure | undefined,
  atMost: number | null,
): Ratio {
  return { what, value: (over?.median ?? Number.NaN) / (under?.median ?? Number.NaN), atMost };
}

export function isMissed({ value, atMost }: Ratio): boolean {
  return atMost !== null && !(value <= atMost);
}

export const sizeName = (notes: number) => (notes >= 1000 ? `${notes / 1000}k` : String(notes));
