import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { loadConfig, runBuild } from 'metro';

/** Where Metro finds what it adds to every bundle: a React Native project has it, an empty one has not. */
const runtime = dirname(createRequire(import.meta.url).resolve('metro-runtime/package.json'));

/**
 * Bundles `entry`, a file of the project at `folder`, as React Native does. Without `readsExports` packages are
 * resolved as Metro did before 0.82, by `main` fields and folders alone.
 */
export async function bundleWithMetro(
  folder: string,
  entry: string,
  { readsExports }: { readonly readsExports: boolean },
): Promise<string> {
  const config = await loadConfig(
    { cwd: folder, projectRoot: folder },
    {
      projectRoot: folder,
      watchFolders: [runtime],
      cacheStores: [],
      maxWorkers: 1,
      reporter: { update: () => undefined },
      resolver: {
        useWatchman: false,
        unstable_enablePackageExports: readsExports,
        extraNodeModules: { 'metro-runtime': runtime },
      },
      transformer: {
        getTransformOptions: async () => ({
          transform: { experimentalImportSupport: true, inlineRequires: false },
        }),
      },
    },
  );
  const out = join(folder, `${entry}.${readsExports ? 'new' : 'old'}.bundle.js`);
  const { code } = await runBuild(config, {
    entry: join(folder, entry),
    platform: 'android',
    dev: false,
    out,
  });
  return code;
}

/** Runs a bundle with the language alone and a console; what it printed, once nothing is left to be done. */
export async function runBundle(code: string): Promise<readonly string[]> {
  const lines: string[] = [];
  runInNewContext(code, { console: { log: (line: string) => void lines.push(line) } });
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  return lines;
}
