import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { obtainChromium } from '../tests/chromium/findChromium.ts';
import { buildWebApp } from './buildWeb.ts';
import { runCommand } from './runCommand.ts';

// The whole test run: `npm test`, or `npm test -- unit journeys` for some of its suites. It gets what the
// suites need first (a Chromium; PostgreSQL is found by its own suite), builds the app once, runs every suite
// to its end whatever fails, and closes with one line over all of them.

interface Count {
  passed: number;
  failed: number;
}

const suites = [
  'static',
  'unit',
  'durability',
  'postgres',
  'simulation',
  'independent',
  'product',
  'packages',
  'browser',
  'journeys',
] as const;
type Suite = (typeof suites)[number];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !suites.some((suite) => suite === name));
if (unknown.length > 0) {
  console.error(`No suite is called ${unknown.join(', ')}. There are: ${suites.join(', ')}.`);
  process.exit(2);
}
const wanted = suites.filter((suite) => asked.length === 0 || asked.includes(suite));
const total: Count = { passed: 0, failed: 0 };
const reports = mkdtempSync(join(tmpdir(), 'fieldchart-test-'));

for (const suite of wanted) {
  const started = performance.now();
  console.log(`\n── ${suite} ${'─'.repeat(60 - suite.length)}`);
  const count = await runSuite(suite);
  total.passed += count.passed;
  total.failed += count.failed;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${suite}: ${count.passed} passed, ${count.failed} failed, ${seconds} s`);
}
rmSync(reports, { recursive: true, force: true });

console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;

async function runSuite(suite: Suite): Promise<Count> {
  switch (suite) {
    case 'static':
      return runStatic();
    case 'unit':
    case 'durability':
    case 'postgres':
    case 'simulation':
    case 'independent':
    case 'product':
    case 'packages':
      return runVitest(suite, {});
    case 'browser':
    case 'journeys': {
      try {
        const chromium = obtainChromium((line) => console.log(line));
        if (suite === 'journeys') await buildWebApp({ onLine: (line) => console.log(line) });
        return await runVitest(suite, { FIELDCHART_CHROMIUM: chromium });
      } catch (error) {
        console.error(error instanceof Error ? error.message : error);
        return { passed: 0, failed: 1 };
      }
    }
  }
}

async function runStatic(): Promise<Count> {
  const count: Count = { passed: 0, failed: 0 };
  const checks: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
    ['types', 'node', 'scripts/types.ts'],
    ['lint', 'oxlint', '--type-aware'],
    ['format', 'prettier', '--check', '--log-level', 'warn', '.'],
    ['boundaries', 'depcruise', '--config', '.dependency-cruiser.mjs', 'packages', 'apps'],
    ['dead code', 'knip', '--no-progress'],
  ];
  for (const [name, command, ...args] of checks) {
    const result = await runCommand(command, args);
    console.log(`${result.code === 0 ? 'ok    ' : 'FAILED'} ${name} (${result.seconds.toFixed(1)} s)`);
    if (result.code === 0) count.passed += 1;
    else {
      count.failed += 1;
      console.log(result.output.trimEnd());
    }
  }
  return count;
}

async function runVitest(suite: Suite, env: Readonly<Record<string, string>>): Promise<Count> {
  mkdirSync(reports, { recursive: true });
  const report = join(reports, `${suite}.json`);
  const result = await runCommand(
    'vitest',
    ['run', '--project', suite, '--reporter', 'default', '--reporter', 'json', `--outputFile.json=${report}`],
    { show: true, env },
  );
  return readReport(report, result.code);
}

/** What vitest counted; a run that broke off without a report, or failed without a failed test, counts as one failure. */
function readReport(file: string, exitCode: number): Count {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as {
      numPassedTests: number;
      numFailedTests: number;
      numPendingTests: number;
    };
    const failed = report.numFailedTests + report.numPendingTests;
    return { passed: report.numPassedTests, failed: exitCode !== 0 && failed === 0 ? 1 : failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
