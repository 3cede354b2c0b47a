import { webcrypto } from 'node:crypto';
import { expect, test } from 'vitest';
import { exportJWK, generateKeyPair } from 'jose';
import { createSeededRandom, hexEncode, silentLogger } from '@fieldchart/foundation';
import { createFakeClock } from '@fieldchart/foundation/testing';
import { decodeKeyRecord, encodeKeyRecord } from './keyRecord.ts';
import { answerRescue, readRequest } from './testing/answerRescue.ts';
import { createFakeDeviceSecret } from './testing/fakeDeviceSecret.ts';
import { type FakeKeyRecordStore, createFakeKeyRecordStore } from './testing/fakeKeyRecordStore.ts';
import { createRescueDesk } from './testing/rescueDesk.ts';
import { createVault } from './vault.ts';

const rescue = await generateKeyPair('ECDH-ES+A256KW', { crv: 'P-384', extractable: true });
const rescueKey = { kty: 'EC', ...(await exportJWK(rescue.publicKey)) };
const userId = 'practitioner-1';
const terms = { secretKind: 'pin', eraseAfter: null } as const;
const pin = '739158';
const nextPin = '840261';
const minute = 60_000;

async function enrolled() {
  const records = createFakeKeyRecordStore();
  const clock = createFakeClock();
  const random = createSeededRandom(11);
  const deviceSecret = createFakeDeviceSecret(webcrypto);
  const vaultOver = (store: FakeKeyRecordStore, iterations = 100_000) =>
    createVault({ logger: silentLogger, records: store, crypto: webcrypto, random, clock, iterations });
  await vaultOver(records).create({ ...terms, userId, secret: pin, deviceSecret, rescueKey });
  const unlock = (store: FakeKeyRecordStore, secret: string, iterations?: number) =>
    vaultOver(store, iterations).unlock({ userId, secret, deviceSecret });
  return { records, clock, deviceSecret, vaultOver, unlock };
}

/** Outcome kinds of both PINs, each tried by a new process. */
async function whoOpens(device: Awaited<ReturnType<typeof enrolled>>): Promise<string> {
  const kinds: string[] = [];
  for (const secret of [pin, nextPin]) {
    const outcome = await device.unlock(device.records.restart(), secret);
    kinds.push(outcome.ok ? 'opens' : outcome.error.kind);
  }
  return kinds.join(', ');
}

const moments = (['before', 'torn', 'after'] as const).flatMap((when) =>
  [1, 2, 3, 4].map((write) => ({ when, write })),
);

test.each(moments)(
  'D4: a PIN change killed $when its write $write leaves the old or the new PIN, never neither and never both',
  async ({ when, write }) => {
    const device = await enrolled();
    const dying = device.records.restart();
    dying.killAt(write, when);
    const change = device
      .vaultOver(dying)
      .change({ userId, current: pin, next: nextPin, nextKind: 'pin', deviceSecret: device.deviceSecret });
    await expect(change).rejects.toThrow('killed');
    const newStands = write === 4 || (write === 3 && when === 'after');
    expect(await whoOpens(device)).toBe(newStands ? 'wrong-secret, opens' : 'opens, wrong-secret');
    // Whatever stands, the next change ends in both slots, and the PIN before it opens nothing.
    const current = newStands ? nextPin : pin;
    const again = device.vaultOver(device.records.restart());
    const outcome = await again.change({
      userId,
      current,
      next: '519473',
      nextKind: 'pin',
      deviceSecret: device.deviceSecret,
    });
    expect(outcome.ok).toBe(true);
    expect(await whoOpens(device)).toBe('wrong-secret, wrong-secret');
    const { slots } = await device.records.load(userId);
    expect(slots[0]).toBe(slots[1]);
  },
);

test('a change has the four writes that the kills above go through', async () => {
  const { records, vaultOver, deviceSecret } = await enrolled();
  const store = records.restart();
  await vaultOver(store).change({ userId, current: pin, next: nextPin, nextKind: 'pin', deviceSecret });
  expect(store.writes).toEqual(['attempts=1', 'attempts=0', 'slot1', 'slot0']);
});

test('a change that was killed between its writes is finished by the next unlock: the old record goes', async () => {
  const device = await enrolled();
  const dying = device.records.restart();
  dying.killAt(3, 'after');
  const change = device
    .vaultOver(dying)
    .change({ userId, current: pin, next: nextPin, nextKind: 'pin', deviceSecret: device.deviceSecret });
  await expect(change).rejects.toThrow('killed');
  expect((await device.unlock(device.records.restart(), nextPin)).ok).toBe(true);
  const { slots } = await device.records.load(userId);
  expect(slots[0]).toBe(slots[1]);
});

test.each(moments)(
  'a raise of the iterations killed $when write $write still opens',
  async ({ when, write }) => {
    const device = await enrolled();
    const dying = device.records.restart();
    dying.killAt(write, when);
    await device.unlock(dying, pin, 110_000).catch(() => null);
    expect((await device.unlock(device.records.restart(), pin, 110_000)).ok).toBe(true);
  },
);

test('E4: the attempt is on the disk before anything is derived, so a kill in between does not win a guess', async () => {
  const { records, unlock, clock } = await enrolled();
  for (let guess = 0; guess < 3; guess += 1) {
    const dying = records.restart();
    dying.killAt(1, 'after');
    await expect(unlock(dying, '000001')).rejects.toThrow('killed');
  }
  expect(await unlock(records.restart(), '000001')).toMatchObject({
    error: { kind: 'wrong-secret', delayMs: 10_000, attemptsLeft: null },
  });
  expect(await unlock(records.restart(), pin)).toEqual({
    ok: false,
    error: { kind: 'delayed', untilMs: clock.now() + 10_000 },
  });
});

test('E4: delays grow, hold for the right PIN too, survive restarts, and end', async () => {
  const { records, unlock, clock } = await enrolled();
  const delays: number[] = [];
  for (let guess = 0; guess < 10; guess += 1) {
    const outcome = await unlock(records.restart(), '000001');
    if (outcome.ok || outcome.error.kind !== 'wrong-secret') throw new Error('expected a wrong secret');
    delays.push(outcome.error.delayMs);
    clock.advance(outcome.error.delayMs - 1);
    if (outcome.error.delayMs > 0) {
      expect(await unlock(records.restart(), pin)).toMatchObject({ error: { kind: 'delayed' } });
    }
    clock.advance(1);
  }
  expect(delays).toEqual([
    0,
    0,
    0,
    10_000,
    30_000,
    minute,
    5 * minute,
    15 * minute,
    60 * minute,
    60 * minute,
  ]);
  expect((await unlock(records.restart(), pin)).ok).toBe(true);
});

test('E4: a clock set back neither shortens the wait nor makes it endless', async () => {
  const { records, unlock, clock } = await enrolled();
  for (let guess = 0; guess < 5; guess += 1) {
    await unlock(records, '000001');
    clock.advance(10_000);
  }
  clock.set(clock.now() - 365 * 24 * 60 * minute);
  expect(await unlock(records.restart(), pin)).toEqual({
    ok: false,
    error: { kind: 'delayed', untilMs: clock.now() + 30_000 },
  });
  clock.advance(29_999);
  expect(await unlock(records.restart(), pin)).toMatchObject({ error: { kind: 'delayed' } });
  clock.advance(1);
  expect((await unlock(records.restart(), pin)).ok).toBe(true);
});

test('unlocks at the same time take turns: each is counted', async () => {
  const { records, vaultOver, deviceSecret } = await enrolled();
  const vault = vaultOver(records);
  const tries = ['000001', '000002', '000003'].map((secret) =>
    vault.unlock({ userId, secret, deviceSecret }),
  );
  await Promise.all(tries);
  expect((await records.loadAttempts(userId))?.count).toBe(3);
});

test('E4: with one slot damaged the other opens', async () => {
  const { records, unlock } = await enrolled();
  const text = (await records.load(userId)).slots[0] ?? '';
  await records.saveSlot(userId, 0, `${text.slice(0, 100)}~${text.slice(101)}`);
  expect((await unlock(records.restart(), pin)).ok).toBe(true);
});

test('a record with fewer iterations than the floor is refused, and a weakened header does not decrypt', async () => {
  const { records, unlock } = await enrolled();
  const record = await decodeKeyRecord(webcrypto, (await records.load(userId)).slots[0] ?? '');
  if (record === null) throw new Error('damaged');
  for (const [iterations, kind] of [
    [1_000, 'damaged'],
    [100_001, 'wrong-secret'],
  ] as const) {
    const header = Buffer.from(JSON.stringify({ ...record.header, iterations })).toString('base64url');
    const additionalData = new TextEncoder().encode(`fieldchart-key/1.${header}`);
    const weakened = await encodeKeyRecord(webcrypto, { ...record, additionalData });
    await records.saveSlot(userId, 0, weakened);
    await records.saveSlot(userId, 1, weakened);
    expect(await unlock(records.restart(), pin)).toMatchObject({ error: { kind } });
  }
});

test('D4: killed at any write while finishing, the old record stands or the new one, and the ticket comes again', async () => {
  const clean = await createRescueDesk();
  const whole = await clean.request();
  const writesBefore = clean.records.writes.length;
  await clean.finish(await answerRescue(readRequest(whole.text), clean.rescuePrivateKey));
  const writes = clean.records.writes.length - writesBefore;
  expect(writes).toBeGreaterThan(4);

  for (let at = 1; at <= writes; at += 1) {
    for (const when of ['before', 'torn', 'after'] as const) {
      const desk = await createRescueDesk();
      const pending = await desk.request();
      const answer = await answerRescue(readRequest(pending.text), desk.rescuePrivateKey);
      desk.records.killAt(at, when);
      await expect(desk.finish(answer)).rejects.toThrow('killed');

      const later = desk.records.restart();
      const old = await desk.unlock(desk.oldPin, later);
      const again = await desk.finish(answer, { store: later });
      if (!again.ok) throw new Error(`${at} ${when}: ${again.error.kind}`);
      expect(hexEncode(again.value.keys.dataKey)).toBe(hexEncode(desk.dataKey));
      expect(again.value.ticket).toBe('a.b.c');
      // Once the new record stands, the old PIN opens nothing; before that it is the one that opens.
      if (!old.ok) expect(old.error.kind).toBe('wrong-secret');
      expect((await desk.unlock(desk.newPin, later.restart())).ok).toBe(true);
    }
  }
});
