import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openNodeDatabase } from '@fieldchart/encrypted-sqlite/node';
import { NEWEST_SCHEMA } from '@fieldchart/record-store';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ClinicShell } from './api.ts';
import { createClinicShell } from './shell.ts';
import { createTestDevice, type TestDevice } from './testing/testDevice.ts';

// A device on which a newer app was used, and then an older one.

const secret = 'seven quiet lanterns drift';
const another = 'another passphrase as long';

let device: TestDevice;
let userId: string;
let dataKey: Uint8Array;
beforeEach(async () => {
  device = await createTestDevice();
  const shell = createClinicShell({
    ...device.platform,
    openDatabase(options) {
      dataKey = Uint8Array.from(options.key);
      return device.platform.openDatabase(options);
    },
  });
  await inPhase(shell, 'welcome');
  const ticket = await shell.openTicket(await device.ticketFile([]));
  if (!ticket.ok) throw new Error(ticket.error.kind);
  await shell.enrol({ ticket: ticket.value, secret, secretKind: 'passphrase', onProgress: () => {} });
  ({ userId } = (await inPhase(shell, 'unlocked')).session.me);
  await shell.lock('hand');
});
afterEach(() => device.dispose());

async function inPhase<Name extends ReturnType<ClinicShell['phase']>['name']>(
  shell: ClinicShell,
  name: Name,
) {
  await expect.poll(() => shell.phase().name).toBe(name);
  return shell.phase() as Extract<ReturnType<ClinicShell['phase']>, { name: Name }>;
}

/** What a newer app leaves: locked, and killed while its last change stands in the journal alone. */
async function withNewerApp(): Promise<readonly TestDevice[]> {
  const open = openNodeDatabase({ directory: device.directory });
  const database = await open({ name: `user-${userId}.db`, key: dataKey });
  await database.batch([
    { sql: 'CREATE TABLE of_tomorrow (v)' },
    { sql: `PRAGMA user_version = ${NEWEST_SCHEMA + 1}` },
  ]);
  const killed = device.killed();
  await database.close();
  return [device.killed(), killed];
}

/** Every file of the data folder, by name, in base64. */
const everyByte = ({ directory }: TestDevice) =>
  Object.fromEntries(
    readdirSync(directory).map((file) => [file, readFileSync(join(directory, file)).toString('base64')]),
  );

test('D3: an older app is refused the record of a newer one, and not a byte of its files changes', async () => {
  const [locked, killed] = await withNewerApp();
  if (locked === undefined || killed === undefined) throw new Error('two devices were made');
  expect(Object.keys(everyByte(killed)).toSorted()).toEqual([`user-${userId}.db`, `user-${userId}.db-wal`]);
  for (const left of [locked, killed]) {
    const before = everyByte(left);
    const shell = left.shell();
    await inPhase(shell, 'locked');
    for (const acceptLostJournal of [false, true]) {
      expect(await shell.unlock({ userId, secret, acceptLostJournal })).toEqual({
        ok: false,
        error: { kind: 'database-newer' },
      });
    }
    expect(everyByte(left)).toEqual(before);
    left.dispose();
  }
});

test('D3: nor does a rescue touch the record of a newer app, and it says why it stops', async () => {
  const asking = device.shell();
  await inPhase(asking, 'locked');
  const asked = await asking.requestRescue({ userId, secret: another, secretKind: 'passphrase' });
  if (!asked.ok) throw new Error(asked.error.kind);
  const answer = await device.rescueAnswer(asked.value.text);
  for (const left of await withNewerApp()) {
    const before = everyByte(left);
    const shell = left.shell();
    await inPhase(shell, 'locked');
    expect(await shell.finishRescue({ userId, secret: another, answer })).toEqual({
      ok: false,
      error: { kind: 'database-newer' },
    });
    expect(everyByte(left)).toEqual(before);
    left.dispose();
  }
});
