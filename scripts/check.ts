import { runCommand } from './runCommand.ts';

// What must be green at every commit, under 90 seconds: the steps run two at a time.
const steps: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['types', 'node', 'scripts/types.ts'],
  ['unit tests', 'vitest', 'run', '--project', 'unit', '--reporter', 'dot'],
  ['lint', 'oxlint', '--type-aware'],
  ['format', 'prettier', '--check', '--cache', '--log-level', 'warn', '.'],
  ['boundaries', 'depcruise', '--config', '.dependency-cruiser.mjs', 'packages', 'apps'],
  ['dead code', 'knip', '--no-progress'],
];

const waiting = [...steps];
let failed = 0;
const started = performance.now();

async function work(): Promise<void> {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
    const [name, command, ...args] = step;
    const result = await runCommand(command, args);
    const verdict = result.code === 0 ? 'ok' : 'FAILED';
    console.log(`${verdict.padEnd(7)}${name.padEnd(12)}${result.seconds.toFixed(1).padStart(6)} s`);
    if (result.code !== 0) {
      failed += 1;
      console.log(result.output.trimEnd());
    }
  }
}

await Promise.all([work(), work()]);
console.log(
  `${steps.length - failed} of ${steps.length} checks passed in ${((performance.now() - started) / 1000).toFixed(1)} s`,
);
process.exitCode = failed === 0 ? 0 : 1;
