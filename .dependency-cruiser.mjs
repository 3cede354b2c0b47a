// Which package may import which: the table in ARCHITECTURE.md, as rules.
const packages = '^packages/';
const allowed = {
  foundation: [],
  clinical: ['foundation'],
  'smart-queue': ['foundation'],
  'key-vault': ['foundation'],
  'encrypted-sqlite': ['foundation'],
  'record-store': ['foundation', 'encrypted-sqlite', 'smart-queue', 'clinical'],
  'redux-persist-sqlite': ['foundation'],
  'fhir-sync': ['foundation', 'record-store', 'smart-queue', 'clinical'],
  'clinic-client': [
    'foundation',
    'clinical',
    'smart-queue',
    'key-vault',
    'encrypted-sqlite',
    'record-store',
    'redux-persist-sqlite',
    'fhir-sync',
  ],
};

const tests = '(\\.test\\.ts$|/testing/|/contract/)';

const packageRules = Object.entries(allowed).map(([name, imports]) => ({
  name: `${name}-imports`,
  comment: `${name} may import ${imports.length === 0 ? 'no other package' : imports.join(', ')}`,
  severity: 'error',
  from: { path: `${packages}${name}/`, pathNot: tests },
  to: { path: '^(packages|apps)/', pathNot: `${packages}(${[name, ...imports].join('|')})/` },
}));

export default {
  forbidden: [
    ...packageRules,
    {
      name: 'core-takes-no-adapter',
      comment: 'adapters are picked in composition roots only',
      severity: 'error',
      from: { path: packages, pathNot: `${tests}|^packages/encrypted-sqlite/` },
      to: { path: '^packages/encrypted-sqlite/src/(node|web|native)/' },
    },
    {
      name: 'screens-take-no-adapter',
      comment: 'only src/platform, the composition roots, may see adapters and the vault',
      severity: 'error',
      from: { path: '^apps/clinic/src/', pathNot: `^apps/clinic/src/platform/|${tests}` },
      to: {
        path: '^packages/(key-vault|encrypted-sqlite|record-store|fhir-sync|smart-queue|redux-persist-sqlite)/',
      },
    },
    {
      name: 'server-imports',
      comment: 'the server may import foundation and clinical',
      severity: 'error',
      from: { path: '^apps/sync-server/', pathNot: tests },
      to: { path: '^(packages|apps)/', pathNot: '^(packages/(foundation|clinical)|apps/sync-server)/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '\\.(wasm|css)$' },
    },
    {
      name: 'product-takes-no-test',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: `${tests}|\\.pg\\.test` },
      to: { path: '(\\.test\\.ts$|/testing/)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.expo)/' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.web.ts', '.native.ts', '.js', '.mjs', '.json'],
    },
  },
};
