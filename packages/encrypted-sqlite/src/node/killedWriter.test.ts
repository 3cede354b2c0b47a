import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { KEY, OTHER_KEY } from '../contract/databaseHarness.ts';
import { createNodeHarness } from '../testing/nodeHarness.ts';

const harness = createNodeHarness();
afterAll(() => harness.dispose());

/** Starts the writer, kills it after some writes, and returns the last row that it saw acknowledged. */
async function writeAndKill(afterMs: number): Promise<number> {
  const script = fileURLToPath(new URL('../testing/killedWriter.ts', import.meta.url));
  const child = spawn(process.execPath, [script, harness.directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const exited = new Promise((resolve) => child.once('close', resolve));
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  for (let wait = 0; output === '' && child.exitCode === null && wait < 500; wait += 1) await sleep(10);
  await sleep(afterMs);
  child.kill('SIGKILL');
  await exited;
  // The last line may be cut off.
  return Number(output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1));
}

test('D4: after SIGKILL in the middle of writing, every acknowledged row is there', async () => {
  for (let round = 0; round < 6; round += 1) {
    const acknowledged = await writeAndKill(20 + round * 31);
    const database = await harness.open({ name: 'killed.db', key: KEY });
    const [row] = await database.all<{ last: number; n: number }>(
      'SELECT max(id) AS last, count(*) AS n FROM t',
    );
    expect(acknowledged).toBeGreaterThan(0);
    expect(row?.last).toBeGreaterThanOrEqual(acknowledged);
    expect(row?.n).toBe(row?.last);
    expect(await database.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    await database.close();
  }
});

test('E3: a wrong key leaves the write-ahead log of a killed process as it was', async () => {
  const acknowledged = await writeAndKill(50);
  const before = await harness.files('killed.db');
  expect(before.length).toBeGreaterThan(1);
  await expect(harness.open({ name: 'killed.db', key: OTHER_KEY })).rejects.toMatchObject({
    code: 'DATABASE_KEY_OR_DAMAGE',
  });
  expect((await harness.files('killed.db')).map((bytes) => Buffer.from(bytes).toString('base64'))).toEqual(
    before.map((bytes) => Buffer.from(bytes).toString('base64')),
  );
  const database = await harness.open({ name: 'killed.db', key: KEY });
  const [row] = await database.all<{ last: number }>('SELECT max(id) AS last FROM t');
  expect(row?.last).toBeGreaterThanOrEqual(acknowledged);
  await database.close();
});
