import { spawn } from 'node:child_process';

export interface CommandResult {
  readonly code: number;
  readonly seconds: number;
  /** Standard output and error, in the order in which they came. */
  readonly output: string;
}

/**
 * Runs a program of `node_modules/.bin`, or any on the PATH, from the repository's root. With `show`, what it
 * prints is shown as it comes.
 */
export function runCommand(
  command: string,
  args: readonly string[],
  options: {
    readonly show?: boolean;
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
    readonly onLine?: (line: string) => void;
  } = {},
): Promise<CommandResult> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? repositoryRoot,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks: string[] = [];
    let rest = '';
    const take = (chunk: string) => {
      chunks.push(chunk);
      if (options.show === true) process.stdout.write(chunk);
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) options.onLine?.(line);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code: code ?? 1, seconds: (performance.now() - started) / 1000, output: chunks.join('') });
    });
  });
}

export const repositoryRoot = new URL('..', import.meta.url).pathname;
