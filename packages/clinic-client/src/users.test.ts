import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '@fieldchart/foundation';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ClinicSession, ClinicShell, ShellPhase } from './api.ts';
import { createClinicShell } from './shell.ts';
import { createTestDevice, type TestDevice } from './testing/testDevice.ts';

// Several users on one device (E3).

const anas = 'a passphrase long enough';
const bens = 'another passphrase as long';

let device: TestDevice;
beforeEach(async () => {
  device = await createTestDevice();
});
afterEach(() => device.dispose());

async function inPhase<Name extends ShellPhase['name']>(shell: ClinicShell, name: Name) {
  await expect.poll(() => shell.phase().name).toBe(name);
  return shell.phase() as Extract<ShellPhase, { name: Name }>;
}

async function enrol(shell: ClinicShell, secret: string, claims: object): Promise<ClinicSession> {
  const ticket = await shell.openTicket(await device.ticketFile([], claims));
  if (!ticket.ok) throw new Error(ticket.error.kind);
  const input = { ticket: ticket.value, secret, secretKind: 'passphrase', onProgress: () => {} } as const;
  expect(await shell.enrol(input)).toEqual({ ok: true, value: null });
  return (await inPhase(shell, 'unlocked')).session;
}

/** Everything on the disk that belongs to a user, bytes and all. */
async function belongings(userId: string) {
  const { keyRecords } = device.platform;
  const files = readdirSync(device.directory).filter((name) => name.startsWith(`user-${userId}.db`));
  return {
    files: files.map((name) => [name, readFileSync(join(device.directory, name)).toString('base64')]),
    slots: (await keyRecords.load(userId)).slots,
    attempts: await keyRecords.loadAttempts(userId),
    sealed: await keyRecords.loadSealed(userId),
    profile: device.profiles.get(userId),
  };
}

test('E3: who leaves takes their key, file and profile along; not one byte of another user changes', async () => {
  const shell = device.shell();
  await inPhase(shell, 'welcome');
  const ana = (await enrol(shell, anas, { sub: 'ana', jti: 'ticket-ana' })).me.userId;
  await shell.lock('switch');
  const leaving = await enrol(shell, bens, { sub: 'ben', jti: 'ticket-ben' });
  const ben = leaving.me.userId;
  const before = await belongings(ana);
  expect(before.files.length).toBeGreaterThan(0);
  expect(existsSync(join(device.directory, `user-${ben}.db`))).toBe(true);

  expect(await leaving.removeFromDevice({ secret: bens })).toEqual({ ok: true });
  expect(await inPhase(shell, 'locked')).toMatchObject({ reason: 'left', users: [{ userId: ana }] });
  expect(await belongings(ben)).toEqual({
    files: [],
    slots: [null, null],
    attempts: null,
    sealed: null,
    profile: undefined,
  });
  expect(await device.platform.keyRecords.list()).toEqual([ana]);
  expect(await belongings(ana)).toEqual(before);
  expect(await shell.unlock({ userId: ana, secret: anas })).toEqual({ ok: true, value: null });
});

test("E3: one user's secret opens nothing of another's, and their wrong tries hold nobody else up", async () => {
  const shell = device.shell();
  await inPhase(shell, 'welcome');
  const ana = (await enrol(shell, anas, { sub: 'ana', jti: 'ticket-ana' })).me.userId;
  await shell.lock('switch');
  const ben = (await enrol(shell, bens, { sub: 'ben', jti: 'ticket-ben' })).me.userId;
  await shell.lock('switch');
  for (let time = 0; time < 4; time += 1) {
    expect(await shell.unlock({ userId: ana, secret: bens })).toMatchObject({
      error: { kind: 'wrong-secret' },
    });
  }
  expect(await shell.unlock({ userId: ana, secret: anas })).toMatchObject({ error: { kind: 'delayed' } });
  expect(await shell.unlock({ userId: ben, secret: bens })).toEqual({ ok: true, value: null });
});

test('a passkey that binds nothing is said so, in enrolment and in rescue, and leaves nothing behind', async () => {
  const shell = createClinicShell({
    ...device.platform,
    deviceSecrets: { ...device.platform.deviceSecrets, create: async () => fail({ kind: 'not-bound' }) },
  });
  await inPhase(shell, 'welcome');
  const ticket = await shell.openTicket(await device.ticketFile([], { erase_after_attempts: 8 }));
  if (!ticket.ok) throw new Error(ticket.error.kind);
  expect(ticket.value.eraseAfter).toBe(8);
  const pin = { secret: '739158', secretKind: 'pin' } as const;
  expect(await shell.enrol({ ticket: ticket.value, ...pin, onProgress: () => {} })).toEqual({
    ok: false,
    error: { kind: 'device-secret-not-bound' },
  });
  expect(device.profiles.size).toBe(0);

  const { me } = await enrol(shell, anas, {});
  await shell.lock('hand');
  expect(await shell.requestRescue({ userId: me.userId, ...pin })).toEqual({
    ok: false,
    error: { kind: 'device-secret-not-bound' },
  });
  expect(await shell.pendingRescue(me.userId)).toBeNull();
});
