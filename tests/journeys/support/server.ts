import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../../..');

export interface PrintedTicket {
  readonly practitioner: string;
  readonly activationCode: string;
  readonly file: string;
}

/** The product's server as `npm start` runs it, on a small demonstration organisation, in a process of its own. */
export interface RunningProduct {
  readonly url: string;
  readonly tickets: readonly PrintedTicket[];
  /** As Ctrl-C would. */
  stop(): Promise<void>;
}

export interface ProductPlace {
  readonly folder: string;
  readonly port: number;
}

export async function startProduct({ folder, port }: ProductPlace): Promise<RunningProduct> {
  const size = ['--demo-clients', '30', '--demo-notes', '600'];
  const child = spawn(
    process.execPath,
    ['scripts/start.ts', '--port', String(port), '--data', folder, ...size],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const output = await printedUntil(child, /is running at \S+/u);
  return {
    url: `http://localhost:${port}`,
    tickets: readTickets(output),
    async stop() {
      if (child.exitCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGINT');
      await gone;
    },
  };
}

/** `npm run ticket`, while the server runs or not. */
export async function issueTicket(
  folder: string,
  clinician: string,
  more: readonly string[] = [],
): Promise<PrintedTicket> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['apps/sync-server/src/cli/ticket.ts', '--clinician', clinician, '--data', folder, ...more],
    { cwd: root },
  );
  const [ticket] = readTickets(stdout);
  if (ticket === undefined) throw new Error(`No ticket was printed: ${stdout}`);
  return ticket;
}

function readTickets(output: string): PrintedTicket[] {
  const pattern =
    /^(?<practitioner>\S.*) \((?:clinician|supervisor)\)\n\s+activation code\s+(?<code>\S+)\n\s+ticket file\s+(?<file>\S+)/gmu;
  return [...output.matchAll(pattern)].map(({ groups }) => ({
    practitioner: groups?.['practitioner'] ?? '',
    activationCode: groups?.['code'] ?? '',
    file: groups?.['file'] ?? '',
  }));
}

function printedUntil(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const take = (chunk: Buffer) => {
      output += chunk.toString('utf8');
      if (pattern.test(output)) resolve(output);
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.once('exit', (code) => reject(new Error(`The server stopped with ${code}:\n${output}`)));
  });
}
