import { webcrypto } from 'node:crypto';
import { expect, test } from 'vitest';
import { hexEncode, silentLogger, createSeededRandom } from '@fieldchart/foundation';
import { createFakeClock } from '@fieldchart/foundation/testing';
import { noDeviceSecret } from './deviceSecret.ts';
import { ITERATIONS_FLOOR, type KeyRecordHeader, decodeKeyRecord, encodeSound } from './keyRecord.ts';
import { createFakeDeviceSecret } from './testing/fakeDeviceSecret.ts';
import { createFakeKeyRecordStore } from './testing/fakeKeyRecordStore.ts';
import frozen from './testing/frozenDevice.json' with { type: 'json' };
import { DEFAULT_ITERATIONS, createVault } from './vault.ts';
import { stretchFor, unwrapKeyring, wrapKeyring } from './wrap.ts';

// A device as it was in November 2026, with a rescue that waits. What cannot open it locks every user out: these texts are
// never made anew to please a test. A new format reads the old one beside its own.

const pin = '739158';
const nextPin = '840261';
/** As typed on a keyboard that composes: the record was made with the decomposed letters and the ligature of its NFKC. */
const passphrase = 'Mañana finas tortugas'.normalize('NFD');
const phone = createFakeDeviceSecret(webcrypto);

function frozenVault() {
  const disk = structuredClone(frozen.disk) as unknown as Iterable<
    [
      string,
      NonNullable<Parameters<typeof createFakeKeyRecordStore>[0]> extends Map<string, infer User>
        ? User
        : never,
    ]
  >;
  const records = createFakeKeyRecordStore(new Map(disk));
  return createVault({
    records,
    crypto: webcrypto,
    random: createSeededRandom(1),
    clock: createFakeClock(),
    logger: silentLogger,
    iterations: ITERATIONS_FLOOR,
  });
}

const [[, user]] = frozen.disk as unknown as [[string, { slots: [string, string] }]];

test('D4: the frozen device opens with its PIN, to the same keys', async () => {
  const opened = await frozenVault().unlock({ userId: 'user-1', secret: pin, deviceSecret: phone });
  if (!opened.ok) throw new Error(opened.error.kind);
  expect(hexEncode(opened.value.keys.dataKey)).toBe(frozen.dataKey);
  expect(opened.value.keys.keyId).toBe(frozen.keyId);
  expect(opened.value.keys.publicJwk).toEqual(frozen.publicJwk);
  expect(opened.value.events).toMatchObject([{ kind: 'rescue-requested' }]);
});

test('D4: its rescue is finished with the answer that was given then', async () => {
  const vault = frozenVault();
  expect(await vault.pendingRescue('user-1')).toMatchObject({ code: frozen.code, keyId: frozen.nextKeyId });
  const rescued = await vault.finishRescue({
    userId: 'user-1',
    secret: nextPin,
    deviceSecret: phone,
    answer: frozen.answer,
    accepts: () => Promise.resolve({ eraseAfter: null }),
  });
  if (!rescued.ok) throw new Error(rescued.error.kind);
  expect(hexEncode(rescued.value.keys.dataKey)).toBe(frozen.dataKey);
  expect(rescued.value.keys.publicJwk).toMatchObject({ kid: frozen.nextKeyId, x: frozen.nextX });
});

test.each([
  ['a PIN and a device secret', user.slots[0], pin, phone],
  ['a passphrase alone', frozen.passphrase.record, passphrase, noDeviceSecret],
] as const)(
  'wrapping %s anew, with the same salt and nonce, yields the same text',
  async (_name, text, secret, deviceSecret) => {
    const record = await decodeKeyRecord(webcrypto, text);
    if (record === null) throw new Error('damaged');
    const stretched = await stretchFor(webcrypto, secret, record.header);
    const answers = await deviceSecret.derive([stretched.prfInput]);
    const bound = answers.ok ? (answers.value[0] ?? null) : null;
    const keyring = await unwrapKeyring(webcrypto, record, stretched, bound);
    if (typeof keyring === 'string') throw new Error(keyring);
    const random = { bytes: () => record.nonce };
    const again = await wrapKeyring(
      { crypto: webcrypto, random },
      { keyring, secret: stretched, bound, header: record.header },
    );
    expect(await encodeSound(webcrypto, again)).toBe(text);
  },
);

test('its header says what it always said, and the parameters are those that were published', async () => {
  const header: KeyRecordHeader | undefined = (await decodeKeyRecord(webcrypto, user.slots[0]))?.header;
  expect(header).toEqual({
    userId: 'user-1',
    secretKind: 'pin',
    eraseAfter: 12,
    keyId: frozen.keyId,
    generation: 1,
    kdf: 'PBKDF2-HMAC-SHA256',
    iterations: 100_000,
    salt: header?.salt,
    deviceSecret: { kind: 'keystore', id: 'secret-1', check: header?.deviceSecret.check },
  });
  expect([DEFAULT_ITERATIONS, ITERATIONS_FLOOR]).toEqual([600_000, 100_000]);
});
