import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspectDataFolder, lockDataFolder, markDataFolder, readHolder } from './dataFolder.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'fieldchart-folder-'));

test('a folder is held by one process at a time, and free again after release', () => {
  const folder = newFolder();
  const lock = lockDataFolder(folder);
  lock.announce(8787);
  expect(readHolder(folder)).toMatchObject({ pid: process.pid, port: 8787 });
  expect(() => lockDataFolder(folder)).toThrow(/another process/u);
  lock.release();
  lockDataFolder(folder).release();
});

test('the lock of a process that is gone is taken over, also when its pid runs again', () => {
  const folder = newFolder();
  for (const holder of [
    { pid: 2 ** 22 + 1, started: '' },
    { pid: process.pid, started: 'another boot' },
  ]) {
    writeFileSync(join(folder, 'server.lock'), JSON.stringify(holder));
    expect(readHolder(folder)).toBeUndefined();
    lockDataFolder(folder).release();
  }
});

test('D3: a folder with files of others is told apart from an empty and from our own', () => {
  const folder = newFolder();
  expect(inspectDataFolder(folder)).toBe('empty');
  markDataFolder(folder, 'making');
  expect(inspectDataFolder(folder)).toBe('empty');
  markDataFolder(folder, 'ready');
  expect(inspectDataFolder(folder)).toBe('ready');
  const other = newFolder();
  writeFileSync(join(other, 'thesis.txt'), 'x');
  expect(inspectDataFolder(other)).toBe('foreign');
});
