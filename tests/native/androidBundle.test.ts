import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportAndroidBundle } from '../../scripts/buildWeb.ts';

// No phone is here: what can be held is that the app of the phones is whole, compiles for their engine, and is made of
// the phone's parts and not of the web's.

const folder = mkdtempSync(join(tmpdir(), 'fieldchart-android-'));
let bytecode: Buffer;

beforeAll(async () => {
  await exportAndroidBundle(folder);
  const [file, ...others] = globSync('_expo/static/js/android/*.hbc', { cwd: folder });
  expect(others).toEqual([]);
  bytecode = readFileSync(join(folder, file ?? 'missing'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Hermes keeps texts of ASCII as they are, and all others in UTF-16. */
const holds = (text: string) => bytecode.includes(text) || bytecode.includes(Buffer.from(text, 'utf16le'));

test('the app compiles to Hermes bytecode', () => {
  expect(bytecode.readBigUInt64LE(0)).toBe(0x1f1903c103bc1fc6n);
  expect(bytecode.length).toBeGreaterThan(1024 * 1024);
});

test('the bundle holds the SQLCipher adapter, the keychain and what the engine lacks', () => {
  for (const text of [
    'built without SQLCipher',
    'the file is plain-text SQLite',
    'OPSQLite',
    'fieldchart-device-secret',
    'key-records',
    'Unsupported compression format: ',
    'Unsupported plural rules',
  ]) {
    expect(holds(text), text).toBe(true);
  }
});

test('E2: the bundle holds no other engine that could write a file unencrypted, nothing of Node and no test support', () => {
  for (const text of [
    'wa-sqlite',
    'sqlite3mc_vfs_create',
    'AccessHandlePool',
    'better-sqlite3',
    'expo-sqlite',
    'node:fs',
    'node:crypto',
    'worker_threads',
    'fieldchart-phone-',
    'vitest',
    'fast-check',
  ]) {
    expect(holds(text), text).toBe(false);
  }
  expect(globSync('**/*.wasm', { cwd: folder })).toEqual([]);
});

test('E2: the project builds op-sqlite with SQLCipher and FTS5, set where a hoisted workspace reads it', () => {
  const root = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as object;
  expect(root).toMatchObject({ 'op-sqlite': { sqlcipher: true, fts5: true } });
  const app = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../apps/clinic/app.json'), 'utf8'),
  ) as object;
  expect(app).toMatchObject({ expo: { android: { allowBackup: false } } });
});
