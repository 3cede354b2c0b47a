import { linkSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '@fieldchart/foundation';

// PGlite neither locks its folder nor notices a second process on it, which would lose rows silently: this lock does.

const LOCK = 'server.lock';

/** Who holds a data folder, and where a command finds the server that does. */
export interface LockHolder {
  readonly pid: number;
  /** When the process started, as the system says it: a later process may have the same pid. */
  readonly started: string;
  readonly port?: number;
}

export interface DataFolderLock {
  /** Tells commands on this machine where the server listens. */
  announce(port: number): void;
  release(): void;
}

/** Takes the folder for this process, or throws `FOLDER_IN_USE`. A lock whose process is gone is taken over. */
export function lockDataFolder(folder: string): DataFolderLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, LOCK);
  const mine: LockHolder = { pid: process.pid, started: startOf(process.pid) };
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify(mine), { mode: 0o600 });
  try {
    if (!tryLink(temporary, path)) {
      if (readHolder(folder) !== undefined) throw inUse();
      // Moved rather than deleted: of two who find the same stale lock, one moves it.
      const stale = `${path}.stale.${process.pid}`;
      renameSync(path, stale);
      rmSync(stale, { force: true });
      if (!tryLink(temporary, path)) throw inUse();
    }
  } finally {
    rmSync(temporary, { force: true });
  }
  return {
    announce: (port) => {
      writeFileSync(temporary, JSON.stringify({ ...mine, port }), { mode: 0o600 });
      renameSync(temporary, path);
    },
    release: () => rmSync(path, { force: true }),
  };
}

/** The running process that holds the folder, if there is one. */
export function readHolder(folder: string): LockHolder | undefined {
  const holder = readJson(join(folder, LOCK)) as LockHolder | undefined;
  return holder !== undefined && isRunning(holder) ? holder : undefined;
}

/** What a file of ours says; undefined where there is none or it was cut off. A file that cannot be read throws. */
function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function inUse(): CodedError {
  return new CodedError('FOLDER_IN_USE', 'another process holds the data folder');
}

function isRunning(holder: LockHolder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it runs, and belongs to somebody else.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return holder.started === startOf(holder.pid);
}

/** Boot and start time of a process where the system tells them (Linux); the same for all elsewhere. */
function startOf(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /su, '')
      .split(' ');
    return `${boot} ${fields[19] ?? ''}`;
  } catch {
    return '';
  }
}

const MARKER = 'fieldchart.json';

export type FolderState =
  /** Nothing of ours, or what a first start left that was killed while it made the database. */
  | 'empty'
  | 'ready'
  /** Files that are not ours. */
  | 'foreign';

/** What the folder holds, as its marker says; an unfinished database is cleared away. */
export function inspectDataFolder(folder: string): FolderState {
  const marker = readJson(join(folder, MARKER));
  if (marker === undefined) {
    const others = readdirSync(folder).filter((name) => !name.startsWith(LOCK) && name !== MARKER);
    return others.length === 0 ? 'empty' : 'foreign';
  }
  if (typeof marker === 'object' && marker !== null && 'database' in marker && marker.database === 'ready') {
    return 'ready';
  }
  rmSync(join(folder, 'database'), { recursive: true, force: true });
  return 'empty';
}

/** Says how far the making of the database has come. */
export function markDataFolder(folder: string, database: 'making' | 'ready'): void {
  const path = join(folder, MARKER);
  writeFileSync(`${path}.new`, JSON.stringify({ format: 1, database }));
  renameSync(`${path}.new`, path);
}

/** Removes what the server made in the folder, and nothing else. */
export function clearDataFolder(folder: string): void {
  for (const name of [MARKER, 'database', 'tickets', 'admin-token', 'rescue-key.json']) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}
