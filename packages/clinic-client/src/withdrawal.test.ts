import { createVault, type Vault } from '@fieldchart/key-vault';
import type { HttpRequest } from '@fieldchart/fhir-sync';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ClinicPlatform, DeviceProfile } from './platform.ts';
import { createClinicShell } from './shell.ts';
import { createTestDevice, type TestDevice } from './testing/testDevice.ts';
import { createWithdrawals, type Withdrawals } from './withdrawal.ts';

const secret = 'seven quiet lanterns drift';
const work = 'sealed.work.of.the.user';
const userId = 'user-1';
const profile: DeviceProfile = {
  userId,
  label: 'AR',
  secretKind: 'passphrase',
  deviceSecretId: null,
  rescueDeviceSecretId: null,
  practitionerId: 'ana',
  organizationId: 'organization-1',
  server: 'https://provider.test',
  deviceId: 'device-1',
  ticketId: 'ticket-1',
  state: 'ready',
};

let device: TestDevice;
let server: ReturnType<typeof provider>;
beforeEach(async () => {
  device = await createTestDevice();
  server = provider();
});
afterEach(() => device.dispose());

/** The two routes of a withdrawn device. */
function provider() {
  const received: string[] = [];
  const state = { up: true, acknowledged: false };
  const answer = (status: number, body: object = {}) => ({ status, headers: {}, body: JSON.stringify(body) });
  return {
    received,
    state,
    async request({ path, headers, body }: HttpRequest) {
      if (!state.up) return answer(500);
      if (headers['authorization'] !== 'Bearer the-token') return answer(401);
      if (path === '/device/erased') {
        state.acknowledged = true;
        return answer(204);
      }
      const text = (JSON.parse(String(body)) as { work: string }).work;
      if (!received.includes(text)) received.push(text);
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
      return answer(201, { sha256: Buffer.from(digest).toString('base64url') });
    },
  };
}

/** What of a platform writes to the disk or asks the server: each call is a place where the process may die. */
function boundaries(platform: ClinicPlatform, passes: () => void): ClinicPlatform {
  const through =
    <Args extends readonly unknown[], T>(call: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      passes();
      const result = await call(...args);
      passes();
      return result;
    };
  const { keyRecords, profiles } = platform;
  return {
    ...platform,
    keyRecords: {
      ...keyRecords,
      saveSealed: through((id: string, sealed: string) => keyRecords.saveSealed(id, sealed)),
      removeSecret: through((id: string) => keyRecords.removeSecret(id)),
      remove: through((id: string) => keyRecords.remove(id)),
    },
    profiles: {
      ...profiles,
      save: through((saved: DeviceProfile) => profiles.save(saved)),
      remove: through((id: string) => profiles.remove(id)),
    },
    deleteDatabase: through(platform.deleteDatabase),
    createTransport: () => ({ request: through((request: HttpRequest) => server.request(request)) }),
  };
}

/** One life of the app, which ends where `passes` throws: nothing it would do afterwards happens. */
function life(passes: () => void = () => {}) {
  const erased: string[] = [];
  const platform = boundaries(device.platform, passes);
  const vault: Vault = createVault({
    records: platform.keyRecords,
    crypto: platform.webCrypto,
    random: platform.random,
    clock: platform.clock,
    logger: platform.logger,
    iterations: 100_000,
  });
  let turn: Promise<unknown> = Promise.resolve();
  const withdrawals: Withdrawals = createWithdrawals({
    platform: { ...platform, timers: { after: () => () => {} } },
    vault,
    inTurn(task) {
      const result = turn.then(task);
      turn = result.catch(() => {});
      return result;
    },
    onErased: () => Promise.resolve(void erased.push(userId)),
  });
  return { vault, withdrawals, erased, platform };
}

async function enrolled() {
  const { vault, platform } = life();
  const rescue = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-384' }, true, ['deriveBits']);
  const rescueKey = { kty: 'EC', ...(await crypto.subtle.exportKey('jwk', rescue.publicKey)) };
  const deviceSecret = platform.deviceSecrets.none;
  const keys = await vault.create({
    userId,
    secret,
    secretKind: 'passphrase',
    eraseAfter: null,
    deviceSecret,
    rescueKey,
  });
  const database = await platform.openDatabase({ name: `${userId}.db`, key: keys.dataKey });
  await database.close();
  await platform.profiles.save(profile);
}

async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let round = 0; round < 1000 && !(await condition()); round += 1) {
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
  }
  expect(await condition()).toBe(true);
}

const opens = async () => {
  const { vault, platform } = life();
  const outcome = await vault.unlock({ userId, secret, deviceSecret: platform.deviceSecrets.none });
  return outcome.ok;
};

/** The next start of the app: a shell that settles by itself. */
function restarted() {
  return createClinicShell({ ...device.platform, createTransport: () => server });
}

const handover = () => device.platform.keyRecords.loadSealed(`handover of ${userId}`);

describe('D3, E5: a withdrawn device', () => {
  for (const erase of [true, false]) {
    const end = erase ? 'its work arrives and it is erased' : 'its work arrives and its ciphertext stays';
    test(`killed at any step: nothing happened yet, or its keys go, ${end}`, async () => {
      const withdrawal = { erase, accessToken: 'the-token' };
      await enrolled();
      let steps = 0;
      const whole = life(() => (steps += 1));
      await whole.withdrawals.begin(profile, withdrawal, work);
      await eventually(async () => (await handover()) === null && device.profiles.has(userId) !== erase);
      expect(steps).toBeGreaterThan(8);

      for (let dieAt = 1; dieAt <= steps; dieAt += 1) {
        device.dispose();
        device = await createTestDevice();
        server = provider();
        await enrolled();
        let passed = 0;
        const killed = life(() => {
          passed += 1;
          if (passed >= dieAt) throw new Error('killed');
        });
        await killed.withdrawals.begin(profile, withdrawal, work).catch(() => {});
        await eventually(() => passed >= dieAt);

        const undecided = dieAt === 1;
        expect(await opens(), `killed at ${dieAt}`).toBe(dieAt <= 3);
        const shell = restarted();
        await eventually(() => shell.phase().name !== 'starting');
        if (undecided) continue;
        await eventually(async () => (await handover()) === null && device.profiles.has(userId) !== erase);
        expect(server.received, `killed at ${dieAt}`).toEqual([work]);
        expect(server.state.acknowledged).toBe(erase);
        expect(await opens()).toBe(false);
        const sealed = await device.platform.keyRecords.loadSealed(userId);
        expect(sealed === null).toBe(erase);
      }
    });
  }

  test('keeps sealed work and ciphertext as long as the server does not take it, and tries again', async () => {
    await enrolled();
    server.state.up = false;
    await life().withdrawals.begin(profile, { erase: true, accessToken: 'the-token' }, work);
    await eventually(() => device.logger.lines.some((line) => line.includes('withdrawal-not-settled')));
    expect(device.profiles.get(userId)?.state).toBe('withdrawn');
    expect(await opens()).toBe(false);
    expect(await device.platform.keyRecords.loadSealed(userId)).not.toBeNull();

    server.state.up = true;
    const shell = restarted();
    await eventually(() => shell.phase().name === 'welcome');
    expect(shell.phase()).toEqual({ name: 'welcome', reason: 'erased' });
    expect(server.received).toEqual([work]);
    expect(server.state.acknowledged).toBe(true);
  });
});
