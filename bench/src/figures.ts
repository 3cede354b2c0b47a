import type { Machine } from './machine.ts';
import { type Spread, spreadOf } from './statistics.ts';

type Unit = 'µs' | 'ms' | 's' | 'kB' | 'MB' | 'requests' | 'entries';

/** One measured row. */
export interface Figure extends Spread {
  readonly what: string;
  /** How much there was, in what the suite counts: see {@link SuiteResult.sizes}. */
  readonly size: number;
  readonly unit: Unit;
}

/** One figure against another; `atMost` is the target, null where there is none. */
export interface Ratio {
  readonly what: string;
  readonly value: number;
  readonly atMost: number | null;
}

/** A count that is a target in itself. */
export interface Limit {
  readonly what: string;
  readonly value: number;
  readonly unit: Unit;
  readonly atMost: number;
}

/** What one suite found. */
export interface SuiteResult {
  /** What the sizes of its figures count: "notes". */
  readonly sizes: string;
  readonly figures: readonly Figure[];
  readonly ratios: readonly Ratio[];
  readonly limits?: readonly Limit[];
  /** What a reader of the figures must know: the database that was found, what was not run and why. */
  readonly remarks?: readonly string[];
}

/** One suite as it was run: on which machine, at which load before and after it. */
export type SuiteRun = {
  readonly suite: string;
  readonly startedAt: string;
  readonly machine: Machine;
  /** A tenth of the work, few samples. */
  readonly quick: boolean;
  readonly load: readonly number[];
} & (SuiteResult | { readonly failure: string });

export function figure(what: string, size: number, values: readonly number[], unit: Unit = 'ms'): Figure {
  return { what, size, unit, ...spreadOf(values) };
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

export function isMissed({ value, atMost }: Ratio | Limit): boolean {
  return atMost !== null && !(value <= atMost);
}

export const sizeName = (size: number) => (size >= 1000 ? `${size / 1000}k` : String(size));
