import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildWebApp, webAppFolder } from '../../scripts/buildWeb.ts';

// What the installed app must not carry: stand-ins of tests, the bench's way around encryption, other platforms'
// adapters, and Node's files. (The SQLite engine's own loader names `node:crypto` in a branch that browsers never take.)
const strangers = [
  'createFakeClock',
  'createFakeTimers',
  'createFakeKeyRecordStore',
  'openPlainWebDatabaseForBench',
  'better-sqlite3',
  'op-sqlite',
  'generateDemo',
  'node:fs',
];

test('E1: the installed web app holds no stand-in, no way around encryption, and nothing of other platforms', async () => {
  await buildWebApp({ onLine: () => {} });
  const bundle = globSync('**/*.js', { cwd: webAppFolder })
    .map((file) => readFileSync(join(webAppFolder, file), 'utf8'))
    .join('\n');
  // A control: names of exports do stand in the bundle as text, so that a stranger's would be seen.
  for (const name of ['createClinicShell', 'openWebDatabase', 'createVault']) expect(bundle).toContain(name);
  expect(strangers.filter((name) => bundle.includes(name))).toEqual([]);
});
