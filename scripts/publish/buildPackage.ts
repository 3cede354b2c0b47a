import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { transform } from 'esbuild';
import { type InputPluginOption, type Plugin, type RollupLog, rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { repositoryRoot } from '../runCommand.ts';
import { builtIn, entriesOf, externalsOf, type SourceManifest } from './publishedManifest.ts';

/** Syntax that every engine in use parses, Hermes of React Native included. */
const SYNTAX = 'es2020';

/**
 * Builds the package at `folder` (absolute) into `target`: an ES module and a CommonJS file for each entry, and
 * declarations for both. Code that entries share stands once, in a file of its own, so that a class of the
 * package is the same class whichever entry it comes through.
 */
export async function buildPackage(folder: string, manifest: SourceManifest, target: string): Promise<void> {
  const entries = entriesOf(manifest);
  const input = Object.fromEntries(entries.map(({ file, source }) => [file, join(folder, source)]));
  const externals = externalsOf(manifest);
  await bundle(input, [resolveSources(externals), stripTypes()], target, '');
  await bundle(input, [resolveSources(externals), declarations()], target, '.d');
}

async function bundle(
  input: Readonly<Record<string, string>>,
  plugins: readonly InputPluginOption[],
  target: string,
  suffix: '' | '.d',
): Promise<void> {
  const built = await rollup({ input: { ...input }, plugins: [...plugins], onwarn: refuse });
  const letter = suffix === '' ? 'js' : 'ts';
  for (const [format, extension] of [
    ['es', `m${letter}`],
    ['cjs', `c${letter}`],
  ] as const) {
    await built.write({
      dir: target,
      // Declarations are written as ES modules in both; the extension alone says how they are read.
      format: suffix === '' ? format : 'es',
      exports: 'named',
      entryFileNames: `[name]${suffix}.${extension}`,
      chunkFileNames: `shared${suffix}.${extension}`,
    });
  }
  await built.close();
}

/** What is neither a file of this package nor of one built in, nor a declared dependency, must not be published. */
function resolveSources(externals: readonly string[]): Plugin {
  return {
    name: 'fieldchart-sources',
    resolveId(source, importer) {
      if (importer === undefined) return source;
      if (source.startsWith('.')) return join(dirname(importer), source);
      if (builtIn.some((name) => isOf(source, name))) return sourceOfBuiltIn(source, importer);
      if (externals.some((name) => isOf(source, name))) {
        return { id: source, external: true };
      }
      throw new Error(`${importer} imports ${source}, which is no dependency of the package`);
    },
  };
}

function isOf(source: string, name: string): boolean {
  return source === name || source.startsWith(`${name}/`);
}

function sourceOfBuiltIn(source: string, importer: string): string {
  if (!source.startsWith('@fieldchart/')) return createRequire(importer).resolve(source);
  const folder = join(repositoryRoot, 'packages', source.split('/')[1] ?? '');
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as SourceManifest;
  return join(folder, exports['.'] ?? '');
}

function stripTypes(): Plugin {
  return {
    name: 'fieldchart-types',
    async transform(code, id) {
      const { code: stripped } = await transform(code, {
        loader: id.endsWith('.ts') ? 'ts' : 'js',
        target: SYNTAX,
        sourcefile: id,
        tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
      });
      // These modules only declare: one that is not used is left out whole.
      return { code: stripped, map: null, moduleSideEffects: false };
    },
  };
}

function declarations(): Plugin {
  return dts({
    tsconfig: join(repositoryRoot, 'tsconfig.portable.json'),
    compilerOptions: { noEmit: false, incremental: false },
  });
}

function refuse(warning: RollupLog): never {
  throw new Error(`The build has a warning: ${warning.message}`);
}
