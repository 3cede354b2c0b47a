import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyRecordStore } from '@fieldchart/key-vault';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ClinicSession, ClinicShell, ShellPhase } from './api.ts';
import { createClinicShell } from './shell.ts';
import { createTestDevice, type TestDevice } from './testing/testDevice.ts';

// What happens to a locked device is in its audit chain once it opens: never lost, and not said twice.

const passphrase = 'a passphrase long enough';
const another = 'another passphrase as long';

let device: TestDevice;
let dataKey: Uint8Array;
let userId: string;
beforeEach(async () => {
  device = await createTestDevice();
});
afterEach(() => device.dispose());

/** A shell whose disk, for key records, does what `records` says. */
function life(records: Partial<KeyRecordStore> = {}): ClinicShell {
  return createClinicShell({
    ...device.platform,
    keyRecords: { ...device.platform.keyRecords, ...records },
    openDatabase: (options) => {
      dataKey = Uint8Array.from(options.key);
      return device.platform.openDatabase(options);
    },
  });
}

async function inPhase<Name extends ShellPhase['name']>(shell: ClinicShell, name: Name) {
  await expect.poll(() => shell.phase().name).toBe(name);
  return shell.phase() as Extract<ShellPhase, { name: Name }>;
}

async function enrolled(claims: object = {}): Promise<{ shell: ClinicShell; session: ClinicSession }> {
  const shell = life();
  await inPhase(shell, 'welcome');
  const ticket = await shell.openTicket(await device.ticketFile([], claims));
  if (!ticket.ok) throw new Error(ticket.error.kind);
  const secret = { secret: passphrase, secretKind: 'passphrase' } as const;
  await shell.enrol({ ticket: ticket.value, ...secret, onProgress: () => {} });
  const { session } = await inPhase(shell, 'unlocked');
  ({ userId } = session.me);
  return { shell, session };
}

const unlock = (shell: ClinicShell, secret = passphrase) => shell.unlock({ userId, secret });
const wrong = async (shell: ClinicShell, times: number) => {
  for (let time = 0; time < times; time += 1) {
    expect(await unlock(shell, `wrong secret number ${time}`)).toMatchObject({ ok: false });
  }
};
const actions = async () => (await device.auditLinks(dataKey)).map(([action]) => action);

test('wrong secrets are in the chain before the unlock that follows them, once', async () => {
  const { shell } = await enrolled();
  await shell.lock('hand');
  await wrong(shell, 2);
  await unlock(shell);
  await shell.lock('hand');
  await unlock(shell);
  await shell.lock('hand');
  expect(await actions()).toEqual(['user-added', 'unlock-failures', 'unlock', 'unlock']);
  const links = await device.auditLinks(dataKey);
  expect(links[1]?.[1]).toMatchObject({ count: '2', before: 'unlock' });
});

test('D4: killed after the links are durable and before they are struck off, they are not written again', async () => {
  const { shell } = await enrolled();
  await shell.lock('hand');
  await wrong(shell, 1);
  let saves = 0;
  const dying = life({
    saveAttempts: async (user, attempts) => {
      saves += 1;
      // The counter, its reset, and then the striking off.
      if (saves === 3) throw new Error('killed');
      await device.platform.keyRecords.saveAttempts(user, attempts);
    },
  });
  await inPhase(dying, 'locked');
  await unlock(dying);
  expect(device.logger.lines.some((line) => line.includes('locked-events-not-struck'))).toBe(true);
  await dying.lock('hand');
  expect(await unlock(shell)).toMatchObject({ ok: true });
  await shell.lock('hand');
  expect((await actions()).filter((action) => action === 'unlock-failures')).toHaveLength(1);
});

test('D4: killed between the unlock of the record and the first link, the failures are told by the next unlock', async () => {
  const { shell } = await enrolled();
  await shell.lock('hand');
  await wrong(shell, 1);
  const dying = createClinicShell({
    ...device.platform,
    openDatabase: () => Promise.reject(new Error('killed')),
  });
  await inPhase(dying, 'locked');
  await expect(unlock(dying)).rejects.toThrow('killed');
  await unlock(shell);
  await shell.lock('hand');
  expect(await actions()).toEqual(['user-added', 'unlock-failures', 'unlock']);
});

test('wrong secrets at a change and at a removal are told by that change and removal', async () => {
  const { shell, session } = await enrolled();
  const change = { next: another, nextKind: 'passphrase' } as const;
  await session.changeSecret({ ...change, current: 'not the present one' });
  expect(await session.changeSecret({ ...change, current: passphrase })).toEqual({ ok: true });
  await session.registerClient({
    given: 'Marta',
    family: 'Iglesias',
    birthDate: '1991-05-06',
    gender: 'female',
    phone: '',
    line: '',
    city: '',
    state: '',
    postalCode: '',
    language: 'es',
  });
  await session.removeFromDevice({ secret: 'not the present one' });
  expect(await session.removeFromDevice({ secret: another })).toMatchObject({
    error: { kind: 'unsent-work' },
  });
  await shell.lock('hand');
  const links = await device.auditLinks(dataKey);
  expect(links.map(([action, details]) => [action, details['before']])).toEqual([
    ['user-added', undefined],
    ['unlock-failures', 'secret-change'],
    ['secret-changed', undefined],
    ['unlock-failures', 'removal'],
  ]);
});

test('a policy that erased the record stands in the rescued one, and erase, request and rescue are in the chain', async () => {
  const { shell } = await enrolled({ erase_after_attempts: 5 });
  await shell.lock('hand');
  const left: unknown[] = [];
  for (let time = 0; time < 5; time += 1) {
    const outcome = await unlock(shell, `wrong secret number ${time}`);
    if (!outcome.ok)
      left.push(outcome.error.kind === 'wrong-secret' ? outcome.error.attemptsLeft : outcome.error.kind);
    device.advance(3_600_000);
  }
  expect(left).toEqual([4, 3, 2, 1, 'erased']);
  const asked = await shell.requestRescue({ userId, secret: another, secretKind: 'passphrase' });
  if (!asked.ok) throw new Error(asked.error.kind);
  const answer = await device.rescueAnswer(asked.value.text, { erase_after_attempts: 6 });
  await shell.finishRescue({ userId, secret: 'not the new one at all', answer });
  expect(await shell.finishRescue({ userId, secret: another, answer })).toEqual({ ok: true, value: null });
  await shell.lock('hand');
  const links = await device.auditLinks(dataKey);
  expect(links.map(([action]) => action).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
    [
      'user-added',
      'unlock-failures',
      'delay',
      'rescue-requested',
      'unlock-failures',
      'rescued',
      'unlock',
    ].toSorted((a, b) => (a < b ? -1 : 1)),
  );
  expect(links.filter(([, details]) => details['erased'] === 'by-policy')).toHaveLength(1);
  // The policy that the answer's ticket tells of now governs the new record.
  expect(await unlock(shell, 'wrong once more')).toMatchObject({ error: { attemptsLeft: 5 } });
});

/** Turns one byte of the record's first page over; a second time makes it whole again. */
function damageRecord(of = device): void {
  const path = join(of.directory, `user-${userId}.db`);
  const bytes = readFileSync(path);
  bytes[3] = (bytes[3] ?? 0) ^ 0xff;
  writeFileSync(path, bytes);
}

const notOpened = async (shell: ClinicShell, times: number) => {
  for (let time = 0; time < times; time += 1)
    expect(await unlock(shell)).toEqual({ ok: false, error: { kind: 'database-damaged' } });
};
const unopened = async (key = dataKey, of = device) =>
  (await of.auditLinks(key)).flatMap(([action, details]) =>
    action === 'record-did-not-open' ? [details] : [],
  );

test('a record that did not open says so itself once it opens: each time, by code, before the unlock, and once', async () => {
  const { shell } = await enrolled();
  await shell.lock('hand');
  damageRecord();
  await notOpened(shell, 2);
  damageRecord();
  for (let time = 0; time < 2; time += 1) {
    expect(await unlock(shell)).toMatchObject({ ok: true });
    await shell.lock('hand');
  }
  expect(await actions()).toEqual([
    'user-added',
    'record-did-not-open',
    'record-did-not-open',
    'unlock',
    'unlock',
  ]);
  const told = await unopened();
  for (const details of told) expect(details).toMatchObject({ code: 'DATABASE_KEY_OR_DAMAGE', count: '1' });
  expect(new Set(told.map(({ event }) => event)).size).toBe(2);
});

test('D4: killed once the screen has said that the record did not open, or at the striking off, it is told and not doubled', async () => {
  const { shell } = await enrolled();
  await shell.lock('hand');
  damageRecord();
  await notOpened(shell, 1);
  // The process dies; the same bytes are opened by another, whose first striking off is killed as well.
  const left = device.killed();
  damageRecord(left);
  let saves = 0;
  const dying = createClinicShell({
    ...left.platform,
    keyRecords: {
      ...left.platform.keyRecords,
      saveAttempts: async (user, attempts) => {
        saves += 1;
        // The counter, its reset, and then the striking off.
        if (saves === 3) throw new Error('killed');
        await left.platform.keyRecords.saveAttempts(user, attempts);
      },
    },
  });
  await inPhase(dying, 'locked');
  for (let time = 0; time < 2; time += 1) {
    expect(await unlock(dying)).toMatchObject({ ok: true });
    await dying.lock('hand');
    expect(await unopened(dataKey, left)).toHaveLength(1);
  }
  left.dispose();
});

test('where not even that can be kept, the screen still says why the record did not open', async () => {
  const { shell } = await enrolled();
  await shell.lock('hand');
  damageRecord();
  let saves = 0;
  const refusing = life({
    saveAttempts: async (user, attempts) => {
      saves += 1;
      if (saves === 3) throw new Error('the storage refuses');
      await device.platform.keyRecords.saveAttempts(user, attempts);
    },
  });
  await inPhase(refusing, 'locked');
  await notOpened(refusing, 1);
});

test('a new record of the same person says for the old one that it did not open: once, by the id of its device', async () => {
  const { shell } = await enrolled();
  await shell.lock('hand');
  const [old] = device.profiles.values();
  const oldKey = dataKey;
  damageRecord();
  await notOpened(shell, 1);
  const ticket = await shell.openTicket(await device.ticketFile([], { jti: 'ticket-2' }));
  if (!ticket.ok) throw new Error(ticket.error.kind);
  const secret = { secret: another, secretKind: 'passphrase' } as const;
  await shell.enrol({ ticket: ticket.value, ...secret, onProgress: () => {} });
  const { session } = await inPhase(shell, 'unlocked');
  const newKey = dataKey;
  await shell.lock('hand');
  await shell.unlock({ userId: session.me.userId, secret: another });
  await shell.lock('hand');
  const name = `user-${session.me.userId}.db`;
  const database = await device.platform.openDatabase({ name, key: newKey });
  const links = await database.all<{ action: string; details: string }>(
    'SELECT action, details FROM audit_links ORDER BY number',
  );
  await database.close();
  expect(links.map(({ action }) => action)).toEqual(['user-added', 'record-did-not-open', 'unlock']);
  expect(JSON.parse(links[1]?.details ?? '')).toMatchObject({
    code: 'DATABASE_KEY_OR_DAMAGE',
    device: old?.deviceId,
  });
  // The old one is mended: what was told for it is not told again.
  damageRecord();
  expect(await unlock(shell)).toMatchObject({ ok: true });
  await shell.lock('hand');
  expect(await unopened(oldKey)).toEqual([]);
});
