import { type Figure, isMissed, type SuiteResult, sizeName } from './figures.ts';

/** One suite as a table for the screen. */
export function printResult(result: SuiteResult): string {
  const lines = [
    cells(['', 'notes', 'median', 'p99', 'samples']),
    ...result.figures.map(figureLine),
    '',
    ...result.ratios.map((ratio) => {
      const target =
        ratio.atMost === null ? '' : `at most ${ratio.atMost}× ${isMissed(ratio) ? 'MISSED' : 'met'}`;
      return `  ${ratio.what.padEnd(48)}${`${ratio.value.toFixed(2)}×`.padStart(8)}   ${target}`.trimEnd();
    }),
  ];
  return lines.join('\n');
}

function figureLine({ what, notes, unit, median, p99, samples }: Figure): string {
  const show = (value: number) => `${value.toFixed(value < 10 ? 3 : 1)} ${unit}`;
  return cells([what, sizeName(notes), show(median), show(p99), String(samples)]);
}

function cells([what = '', ...numbers]: readonly string[]): string {
  return `  ${what.padEnd(36)}${numbers.map((text) => text.padStart(12)).join('')}`;
}
