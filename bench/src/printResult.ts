import { type Figure, isMissed, type Limit, type Ratio, type SuiteResult, sizeName } from './figures.ts';

/** One suite as a table for the screen. */
export function printResult({ sizes, figures, ratios, limits = [], remarks = [] }: SuiteResult): string {
  const lines = [
    cells(['', sizes, 'median', 'p99', 'samples']),
    ...figures.map(figureLine),
    '',
    ...ratios.map((ratio) => targetLine(ratio, '×')),
    ...limits.map((limit) => targetLine(limit, ` ${limit.unit}`)),
    ...remarks.map((remark) => `  ${remark}`),
  ];
  return lines.join('\n');
}

function figureLine({ what, size, unit, median, p99, samples }: Figure): string {
  const isCount = unit === 'requests' || unit === 'entries';
  const show = (value: number) => `${isCount ? String(value) : value.toFixed(value < 10 ? 3 : 1)} ${unit}`;
  // Of one sample there is no spread to show.
  return cells([what, sizeName(size), show(median), samples > 1 ? show(p99) : '', String(samples)]);
}

function targetLine(target: Ratio | Limit, unit: string): string {
  const { what, value, atMost } = target;
  const shown = `${unit === '×' ? value.toFixed(2) : String(value)}${unit}`;
  const verdict = atMost === null ? '' : `at most ${atMost}${unit} ${isMissed(target) ? 'MISSED' : 'met'}`;
  return `  ${what.padEnd(60)}${shown.padStart(14)}   ${verdict}`.trimEnd();
}

function cells([what = '', ...numbers]: readonly string[]): string {
  return `  ${what.padEnd(60)}${numbers.map((text) => text.padStart(15)).join('')}`;
}
