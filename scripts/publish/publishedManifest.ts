/** What a package's `package.json` says in the repository, as far as publishing reads it. */
export interface SourceManifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** One importable path of a package: `.` is `index`, `./redux-offline` is `redux-offline`. */
export interface Entry {
  readonly subpath: string;
  /** Of its built files, without extension. */
  readonly file: string;
  /** Path of its TypeScript source, relative to the package. */
  readonly source: string;
}

/**
 * What a published package uses of these is built into it, so that it needs no other: a package of this repository
 * that is not published, and pure code of others under the MIT licence, which goes along.
 */
export const builtIn: readonly string[] = ['@fieldchart/foundation', '@noble/ciphers'];

/** Those of others that a package has built in. */
export function othersBuiltIn({ dependencies = {} }: SourceManifest): readonly string[] {
  return builtIn.filter((name) => name in dependencies && !name.startsWith('@fieldchart/'));
}

const kept = [
  'name',
  'version',
  'description',
  'keywords',
  'license',
  'type',
  'sideEffects',
  'engines',
] as const;

export function entriesOf(manifest: SourceManifest): readonly Entry[] {
  return Object.entries(manifest.exports).map(([subpath, source]) => ({
    subpath,
    file: subpath === '.' ? 'index' : subpath.slice(2).replaceAll('/', '-'),
    source,
  }));
}

/** Packages that the published package asks its user's package manager for. */
export function externalsOf(manifest: SourceManifest): readonly string[] {
  return Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter(
    (name) => !builtIn.includes(name),
  );
}

/**
 * The `package.json` as published: in the repository `exports` points at TypeScript sources, here at what was
 * built of them, as an ES module and as CommonJS, each with its own declarations.
 */
export function publishedManifest(manifest: SourceManifest): Record<string, unknown> {
  const entries = entriesOf(manifest);
  const dependencies = Object.fromEntries(
    Object.entries(manifest.dependencies ?? {}).filter(([name]) => !builtIn.includes(name)),
  );
  return {
    ...Object.fromEntries(
      kept.flatMap((field) => (field in manifest ? [[field, manifest[field]] as const] : [])),
    ),
    ...mainFields('./dist', 'index'),
    exports: {
      ...Object.fromEntries(entries.map(({ subpath, file }) => [subpath, conditions(file)])),
      './package.json': './package.json',
    },
    files: [
      'dist',
      ...(othersBuiltIn(manifest).length > 0 ? ['licences'] : []),
      ...folderManifests(manifest).map(({ folder }) => folder),
    ],
    ...(Object.keys(dependencies).length > 0 ? { dependencies } : {}),
    ...(manifest.peerDependencies === undefined ? {} : { peerDependencies: manifest.peerDependencies }),
  };
}

/**
 * Small `package.json` files in folders named like the subpaths, for tools that do not read `exports`: Metro
 * before 0.82 and TypeScript's `moduleResolution: node10`.
 */
export function folderManifests(
  manifest: SourceManifest,
): readonly { readonly folder: string; readonly manifest: Record<string, unknown> }[] {
  return entriesOf(manifest)
    .filter(({ subpath }) => subpath !== '.')
    .map(({ subpath, file }) => {
      const folder = subpath.slice(2);
      const up = folder.replaceAll(/[^/]+/gu, '..');
      return { folder, manifest: { private: true, ...mainFields(`${up}/dist`, file) } };
    });
}

function mainFields(dist: string, file: string): Record<string, string> {
  return {
    main: `${dist}/${file}.cjs`,
    module: `${dist}/${file}.mjs`,
    types: `${dist}/${file}.d.cts`,
  };
}

function conditions(file: string): Record<string, Record<string, string>> {
  return {
    import: { types: `./dist/${file}.d.mts`, default: `./dist/${file}.mjs` },
    require: { types: `./dist/${file}.d.cts`, default: `./dist/${file}.cjs` },
  };
}
