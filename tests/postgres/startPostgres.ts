import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostgresPrograms } from './findPostgres.ts';

export interface RunningPostgres {
  readonly url: string;
  stop(): Promise<void>;
}

/** PostgreSQL refuses to run as root: then it runs as this user. */
const UNPRIVILEGED = 65_534;

/** A real PostgreSQL for the tests: the one of `DATABASE_URL`, or one of our own in a temporary folder. */
export async function startPostgres(): Promise<RunningPostgres> {
  const given = process.env['DATABASE_URL'];
  if (given !== undefined && given !== '') return { url: given, stop: () => Promise.resolve() };
  const folder = mkdtempSync(join(tmpdir(), 'fieldchart-postgres-'));
  chmodSync(folder, 0o755);
  const programs = findPostgresPrograms();
  const asRoot = process.getuid?.() === 0;
  let { bin } = programs;
  if (asRoot && programs.copyFrom !== undefined) {
    // The clone may lie in a folder that only root may enter.
    cpSync(programs.copyFrom, join(folder, 'programs'), { recursive: true, verbatimSymlinks: true });
    bin = join(folder, 'programs', 'bin');
  }
  const data = mkdtempSync(join(folder, 'data-'));
  if (asRoot) chownSync(data, UNPRIVILEGED, UNPRIVILEGED);
  const user = asRoot ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};
  const common = { cwd: folder, env: { ...process.env, LC_ALL: 'C' }, ...user };
  const made = spawnSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'fieldchart', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    { ...common, encoding: 'utf8' },
  );
  if (made.status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`PostgreSQL could not be set up for the tests.\n${made.stderr}`);
  }
  const port = await freePort();
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'fsync=off'],
    { ...common, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await untilReady(server);
  return {
    url: `postgres://fieldchart@127.0.0.1:${port}/postgres`,
    stop: async () => {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function untilReady(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    server.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4000);
      if (said.includes('ready to accept connections')) resolve();
    });
    server.once('exit', () => reject(new Error(`PostgreSQL did not start for the tests.\n${said}`)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
