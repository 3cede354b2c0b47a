import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import type { SuiteRun } from './figures.ts';
import { printMarkdown } from './printMarkdown.ts';

/** What `bench/results/` holds: the newest run of each suite that was kept, in the suites' order. */
export interface Report {
  readonly suites: readonly SuiteRun[];
}

/**
 * Writes a run's figures: into a file of their own, or, to be kept, in the place of the same suites' in `latest.json`
 * and `latest.md`. Resolves with the JSON's path.
 */
export async function writeReport(
  folder: string,
  runs: readonly SuiteRun[],
  options: { readonly keep: boolean; readonly order: readonly string[]; readonly startedAt: string },
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  if (!options.keep) {
    const file = join(folder, `${options.startedAt.replace(/[:.]/gu, '-')}.json`);
    writeFileSync(file, await json({ suites: runs }));
    return file;
  }
  const file = join(folder, 'latest.json');
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report).suites : [];
  const newest = new Map([...kept, ...runs].map((run) => [run.suite, run]));
  const suites = options.order.flatMap((name) => newest.get(name) ?? []);
  writeFileSync(file, await json({ suites }));
  writeFileSync(join(folder, 'latest.md'), await format(printMarkdown(suites), { parser: 'markdown' }));
  return file;
}

const json = (report: Report) => format(JSON.stringify(report), { parser: 'json', printWidth: 110 });
