import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

/** A command of the product, run as its user runs it. */
export interface Run {
  readonly process: ChildProcess;
  /** All that it printed so far. */
  output(): string;
  /** Resolves once the pattern was printed; rejects if the command ends before. */
  printed(pattern: RegExp): Promise<string>;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

export interface RunOptions {
  /** PostgreSQL instead of the embedded database. */
  readonly databaseUrl?: string | undefined;
}

/** A data folder that nobody has used. */
export const newFolder = () => join(mkdtempSync(join(tmpdir(), 'fieldchart-product-')), 'data');

const running = new Set<ChildProcess>();

/** Ends what a failed test left running. */
export async function endAll(): Promise<void> {
  for (const child of running) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
}

export function run(script: string, args: readonly string[], options: RunOptions = {}): Run {
  const { DATABASE_URL: _database, PORT: _port, FIELDCHART_DATA: _data, ...env } = process.env;
  const child = spawn(process.execPath, [script, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, ...(options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl }) },
  });
  running.add(child);
  let output = '';
  const listeners = new Set<() => void>();
  const take = (chunk: Buffer) => {
    output += chunk.toString('utf8');
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve(code ?? signal ?? -1);
    });
  });
  return {
    process: child,
    output: () => output,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!pattern.test(output)) return;
          listeners.delete(look);
          resolve(output);
        };
        listeners.add(look);
        look();
        ended.then(
          (code) =>
            reject(
              new Error(`It ended with ${code} and printed:
${output}`),
            ),
          reject,
        );
      }),
    ended,
  };
}

/** `npm start` with a small demonstration and without the web app. */
export const start = (folder: string, args: readonly string[] = ['--port', '0'], options: RunOptions = {}) =>
  run(
    'scripts/start.ts',
    ['--no-web', '--demo-clients', '4', '--demo-notes', '12', '--data', folder, ...args],
    options,
  );

export interface StartedProduct extends Run {
  readonly url: string;
  readonly tickets: readonly PrintedTicket[];
  /** As Ctrl-C does; resolves with the exit code. */
  interrupt(): Promise<number | NodeJS.Signals>;
}

/** `npm start`, once it says that it runs. */
export async function started(
  folder: string,
  args?: readonly string[],
  options?: RunOptions,
): Promise<StartedProduct> {
  const server = start(folder, args, options);
  const output = await server.printed(/is running at \S+.*\n/u);
  return {
    ...server,
    url: /is running at (?<url>\S+)/u.exec(output)?.groups?.['url'] ?? '',
    tickets: readTickets(output),
    interrupt: () => {
      server.process.kill('SIGINT');
      return server.ended;
    },
  };
}

export interface PrintedTicket {
  readonly practitioner: string;
  readonly role: string;
  readonly code: string;
  readonly file: string;
  readonly download: string;
  readonly text: string;
}

/** The tickets in what a command printed. */
export function readTickets(output: string): PrintedTicket[] {
  const pattern =
    /^(?<practitioner>\S.*) \((?<role>\w+)\)\n +activation code +(?<code>\S+)\n +ticket file +(?<file>\S+)\n +download +(?<download>\S+)\n +ticket text +(?<text>\S+)$/gmu;
  return [...output.matchAll(pattern)].map(({ groups = {} }) => ({
    practitioner: groups['practitioner'] ?? '',
    role: groups['role'] ?? '',
    code: groups['code'] ?? '',
    file: groups['file'] ?? '',
    download: groups['download'] ?? '',
    text: groups['text'] ?? '',
  }));
}

export const ticketCommand = (args: readonly string[], options?: RunOptions) =>
  run('apps/sync-server/src/cli/ticket.ts', args, options);

export const importCommand = (args: readonly string[], options?: RunOptions) =>
  run('apps/sync-server/src/cli/import.ts', args, options);

/** What a person reads first of a failure: a sentence or two on one line, and nothing of the program's inside. */
export async function refused(command: Run): Promise<{ code: number | NodeJS.Signals; sentence: string }> {
  const code = await command.ended;
  const [sentence = ''] = command.output().trim().split('\n');
  const inside = /\n\s+at |node:internal|\[cause\]|CodedError|TypeError|PGlite/u;
  if (inside.test(command.output())) throw new Error(`A stack trace:\n${command.output()}`);
  return { code, sentence };
}
