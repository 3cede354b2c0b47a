import type { ColdStart } from './device/coldStart.ts';
import { figure, ratio, type SuiteResult } from './figures.ts';

const AT_MOST = 1.3;

/** The rows that both cold-start suites show. */
export function coldStartResult(
  devices: readonly { readonly notes: number }[],
  starts: readonly (readonly ColdStart[])[],
): SuiteResult {
  const rows = devices.map(({ notes }, at) => {
    const own = starts[at] ?? [];
    const of = (what: string, read: (start: ColdStart) => number) => figure(what, notes, own.map(read));
    return {
      total: of('unlock → first rows', ({ total }) => total),
      kdf: of('  of it the KDF', ({ kdf }) => kdf),
      rest: of('  without the KDF', ({ total, kdf }) => total - kdf),
      open: of('    of it opening the file', ({ open }) => open),
      list: of('    of it the list', ({ list }) => list),
    };
  });
  const [smallest, largest] = [rows[0], rows.at(-1)];
  return {
    sizes: 'notes',
    figures: rows.flatMap(({ total, kdf, rest, open, list }) => [total, kdf, rest, open, list]),
    ratios: [
      ratio('start at the largest size / at the smallest', largest?.total, smallest?.total, AT_MOST),
      ratio('the same without the KDF', largest?.rest, smallest?.rest, AT_MOST),
    ],
  };
}
