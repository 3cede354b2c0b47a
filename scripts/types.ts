import { runCommand } from './runCommand.ts';

// Each program has its own libraries: the platform-free packages compile with neither Node's nor the browser's.
const programs = ['tsconfig.portable.json', 'tsconfig.node.json', 'apps/clinic/tsconfig.json'];

const results = await Promise.all(
  programs.map((program) => {
    // What was checked before and has not changed is not checked again.
    const seen = `node_modules/.cache/types/${program.replaceAll('/', '-')}.tsbuildinfo`;
    return runCommand('tsc', [
      '-p',
      program,
      '--pretty',
      'false',
      '--incremental',
      '--tsBuildInfoFile',
      seen,
    ]);
  }),
);
for (const result of results) process.stdout.write(result.output);
process.exitCode = results.some((result) => result.code !== 0) ? 1 : 0;
