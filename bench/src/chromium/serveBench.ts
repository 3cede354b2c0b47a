import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { webAppFolder } from '../../../scripts/buildWeb.ts';
import type { Database } from '@fieldchart/encrypted-sqlite';
import { readRows } from './copyRows.ts';

const SQLITE = fileURLToPath(new URL('../../../packages/encrypted-sqlite/', import.meta.url));

export interface BenchServer {
  readonly url: string;
  /** Serves this database's rows for copying, from now on. */
  offer(notes: number, database: Database): void;
  close(): void;
}

/** Serves the bench's page, and the rows that it copies, on loopback. */
export async function serveBench(): Promise<BenchServer> {
  const databases = new Map<number, Database>();
  const wasm = createRequire(SQLITE).resolve('@journeyapps/wa-sqlite/dist/mc-wa-sqlite.wasm');
  const page = '<!doctype html><title>bench</title><script type="module" src="/page.js"></script>';
  const files: Record<string, readonly [type: string, body: string | Uint8Array]> = {
    '/bench': ['text/html', page],
    '/page.js': ['text/javascript', await bundle(fileURLToPath(new URL('./page.ts', import.meta.url)))],
    '/worker.js': ['text/javascript', await bundle(`${SQLITE}src/web/database.worker.ts`)],
    '/mc-wa-sqlite.wasm': ['application/wasm', readFileSync(wasm)],
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    // Isolated from other origins the bench's page has a clock of 5 µs, else of 100. The app does without.
    const headers = {
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cache-control': 'no-store',
    };
    if (pathname === '/rows') {
      const database = databases.get(Number(searchParams.get('notes')));
      if (database === undefined) {
        response.writeHead(404).end();
        return;
      }
      readRows(database, searchParams.get('table') ?? '', Number(searchParams.get('after'))).then(
        (rows) =>
          response
            .writeHead(200, { ...headers, 'content-type': 'application/json' })
            .end(JSON.stringify(rows)),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
      return;
    }
    const own = files[pathname];
    const [type, body] = own ?? appFile(pathname);
    response.writeHead(body === undefined ? 404 : 200, {
      ...(own === undefined ? {} : headers),
      'content-type': type,
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    offer: (notes, database) => void databases.set(notes, database),
    close: () => void server.close(),
  };
}

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
};

/** A file of the built app; its service worker is left out, for it would answer for the bench's page. */
function appFile(pathname: string): readonly [type: string, body?: Uint8Array] {
  const file = join(webAppFolder, normalize(pathname === '/' ? '/index.html' : decodeURI(pathname)));
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  return pathname === '/service-worker.js' || !existsSync(file) ? [type] : [type, readFileSync(file)];
}

async function bundle(entry: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    external: ['module', 'node:*'],
    logLevel: 'error',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`${entry} was not bundled`);
  return file.contents;
}
