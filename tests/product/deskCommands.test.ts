import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BroughtWork, bringWork } from './support/lateWork.ts';
import { type StartedProduct, endAll, newFolder, run, started } from './support/product.ts';
import { storedOf } from './support/storedRecords.ts';

const folder = newFolder();
const command = async (name: string, ...args: string[]) => {
  const ran = run(`apps/sync-server/src/cli/${name}.ts`, [...args, '--data', folder]);
  return { code: await ran.ended, output: ran.output() };
};
const itemsOf = (output: string) => [...output.matchAll(/^[0-9a-f-]{36}(?=.* waits$)/gmu)].map(([id]) => id);

let brought: BroughtWork;
let server: StartedProduct;
beforeAll(async () => {
  await (await started(folder)).interrupt();
  brought = await bringWork(folder, ['{"first":1}', '{"second":2}']);
  server = await started(folder);
});
afterAll(() => endAll());

test('late work is listed, shown whole, accepted and set aside, while the server runs and while it is stopped', async () => {
  const listed = await command('review', 'list');
  const [first = '', second = '', third = ''] = itemsOf(listed.output);
  expect([listed.code, itemsOf(listed.output)]).toEqual([0, [first, second, third]]);
  expect(listed.output).not.toContain('Late 0');
  const shown = await command('review', 'show', first);
  expect(shown.output).toContain('"title": "Late 0"');

  const accepted = await command('review', 'accept', first);
  expect([accepted.code, accepted.output]).toEqual([
    0,
    `Written, in the name of its author:\n  Composition/${brought.notes[0] ?? ''}, version 1\n`,
  ]);
  const again = await command('review', 'accept', first);
  expect(again).toEqual({ code: 1, output: expect.stringMatching(/^Somebody has decided/u) });
  expect((await command('review', 'set-aside', second)).code).toBe(2);
  expect((await command('review', 'show', 'none')).output).toMatch(/^There is no such item/u);

  expect(await server.interrupt()).toBe(0);
  expect((await command('review', 'set-aside', second, '--reason', 'written by hand')).code).toBe(0);
  expect((await command('review', 'show', second)).output).toContain('Set aside: written by hand');
  expect((await command('review', 'accept', third)).code).toBe(0);
  expect((await command('review', 'list')).output).toBe('None.\n');
  expect((await command('review', 'list', '--all')).output).toContain('set-aside');
  const { versions } = await storedOf(folder, brought.clientId);
  expect(versions.filter((version) => version === 'Composition 1').length).toBeGreaterThanOrEqual(2);
});

test('sealed work is listed, and every upload opened into its own file', async () => {
  const listed = await command('device', 'sealed', brought.deviceId);
  expect(listed.output.trim().split('\n')).toHaveLength(3);
  const out = join(folder, '..', 'work.json');
  const key = join(folder, 'rescue-key.json');
  const opened = await command('device', 'sealed', brought.deviceId, '--key', key, '--out', out);
  expect(opened.code, opened.output).toBe(0);
  const texts = ['work-1.json', 'work-2.json'].map((name) => readFileSync(join(folder, '..', name), 'utf8'));
  expect(texts.toSorted()).toEqual(['{"first":1}', '{"second":2}']);
  expect((await command('device', 'list')).output).toContain('2 read');
  const wrong = await command(
    'device',
    'sealed',
    brought.deviceId,
    '--key',
    out.replace('.json', '-1.json'),
    '--out',
    out,
  );
  expect(wrong).toEqual({ code: 1, output: expect.stringMatching(/^This key does not open upload/u) });
});

test('a restore is announced, and the command says what happens and what is to be done', async () => {
  const announced = await command('restored');
  expect([announced.code, announced.output]).toEqual([
    0,
    expect.stringMatching(/Its newest write is of \d{4}-\d\d-\d\d \d\d:\d\d/u),
  ]);
  expect(announced.output).toContain('Nobody has to do anything on a device');
  expect((await command('restored', '--all')).code).toBe(2);
});
