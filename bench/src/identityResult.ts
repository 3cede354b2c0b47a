import type { Enrolment } from './device/enrolment.ts';
import { figure, ratio, type SuiteResult } from './figures.ts';

const AT_MOST = 1.2;

/** The rows of both suites that enrol with a ticket. */
export function enrolmentResult(notes: number, all: readonly Enrolment[]): SuiteResult {
  const of = (what: string, read: (one: Enrolment) => number) => figure(what, notes, all.map(read));
  return {
    sizes: 'notes',
    figures: [
      of('ticket pasted → first rows', ({ total }) => total),
      of('  of it opening the ticket', ({ ticket }) => ticket),
      of('  of it keys and caseload', ({ enrol }) => enrol),
      of('  of it the list', ({ list }) => list),
    ],
    ratios: [],
  };
}

/** The rows of both suites that change the secret. */
export function changeResult(
  devices: readonly { readonly notes: number }[],
  all: readonly (readonly number[])[],
): SuiteResult {
  const figures = devices.map(({ notes }, at) => figure('secret changed', notes, all[at] ?? []));
  return {
    sizes: 'notes',
    figures,
    ratios: [ratio('change at the largest size / at the smallest', figures.at(-1), figures[0], AT_MOST)],
  };
}
