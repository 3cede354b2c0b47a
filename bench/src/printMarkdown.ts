import { type Figure, isMissed, type Limit, type Ratio, sizeName, type SuiteRun } from './figures.ts';

/** The kept figures as a page: a table of what was measured, and one of what was compared, for each suite. */
export function printMarkdown(runs: readonly SuiteRun[]): string {
  return [
    '# Figures',
    'Written by `npm run bench`. What is measured, and how to read it: [docs/benchmarks.md](../../docs/benchmarks.md).',
    ...runs.map(printRun),
  ].join('\n\n');
}

function printRun(run: SuiteRun): string {
  const { machine, load, startedAt, quick } = run;
  const [before, after] = load;
  const where = `${startedAt.slice(0, 10)}, ${machine.cpu}, ${String(machine.cores)} cores, ${machine.system}, Node ${machine.node}; load ${String(before)} → ${String(after)}${quick ? '; **quick: a tenth of the work**' : ''}.`;
  if ('failure' in run) return `## ${run.suite}\n\n${where}\n\n**FAILED**: ${run.failure}`;
  const sizes = [...new Set(run.figures.map(({ size }) => size))];
  const targets = [
    ...run.ratios.map((ratio) => targetRow(ratio, '×')),
    ...(run.limits ?? []).map((limit) => targetRow(limit, ` ${limit.unit}`)),
  ];
  return [
    `## ${run.suite}\n\n${where}`,
    table(
      ['median / p99', ...sizes.map((size) => `${sizeName(size)} ${run.sizes}`)],
      figureRows(run.figures, sizes),
    ),
    table(['compared', 'value', 'target'], targets),
    ...(run.remarks ?? []),
  ].join('\n\n');
}

function figureRows(figures: readonly Figure[], sizes: readonly number[]): readonly (readonly string[])[] {
  return [...new Set(figures.map(({ what }) => what))].map((what) => [
    what,
    ...sizes.map((size) => {
      const found = figures.find((one) => one.what === what && one.size === size);
      return found === undefined ? '–' : shown(found);
    }),
  ]);
}

function shown({ unit, median, p99, samples }: Figure): string {
  const isCount = unit === 'requests' || unit === 'entries';
  const number = (value: number) =>
    isCount ? value.toLocaleString('en') : value.toLocaleString('en', { maximumSignificantDigits: 3 });
  return `${number(median)}${samples > 1 ? ` / ${number(p99)}` : ''} ${unit}`;
}

function targetRow(target: Ratio | Limit, unit: string): readonly string[] {
  const value = unit === '×' ? target.value.toPrecision(3) : target.value.toLocaleString('en');
  const verdict = isMissed(target) ? '**MISSED**' : 'met';
  return [
    target.what,
    `${String(unit === '×' ? Number(value) : value)}${unit}`,
    target.atMost === null ? 'none' : `at most ${String(target.atMost)}${unit}, ${verdict}`,
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
