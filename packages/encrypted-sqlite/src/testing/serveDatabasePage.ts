import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { serveFiles } from './startChromium.ts';

export type PageServer = Awaited<ReturnType<typeof serveFiles>>;

/** Serves on loopback an empty page with the script of `entry`, the app's database worker and SQLite. */
export async function serveDatabasePage(entry: URL): Promise<PageServer> {
  const wasm = createRequire(import.meta.url).resolve('@journeyapps/wa-sqlite/dist/mc-wa-sqlite.wasm');
  return await serveFiles({
    '/': {
      type: 'text/html',
      body: '<!doctype html><title>t</title><script type="module" src="/page.js"></script>',
    },
    '/page.js': { type: 'text/javascript', body: await bundle(entry) },
    '/worker.js': {
      type: 'text/javascript',
      body: await bundle(new URL('../web/database.worker.ts', import.meta.url)),
    },
    '/mc-wa-sqlite.wasm': { type: 'application/wasm', body: readFileSync(wasm) },
  });
}

async function bundle(entry: URL): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    external: ['module', 'node:*'],
    logLevel: 'error',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`${entry.pathname} was not bundled`);
  return file.contents;
}
