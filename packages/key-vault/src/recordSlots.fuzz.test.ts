import { webcrypto } from 'node:crypto';
import { utf8Encode } from '@fieldchart/foundation';
import { fuzzRuns } from '@fieldchart/foundation/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeKeyRecord, encodeKeyRecord } from './keyRecord.ts';
import { createRescueDesk } from './testing/rescueDesk.ts';

// What lies in the slots of a key record may be anything: it is damage then, never a crash and never a wrong guess.

const runs = fuzzRuns();

test('E4: with one character changed in both slots damage is said, nothing is counted or written', async () => {
  const { records, userId, oldPin, unlock } = await createRescueDesk();
  const text = (await records.load(userId)).slots[0] ?? '';
  await fc.assert(
    fc.asyncProperty(fc.nat(text.length - 1), fc.integer({ min: 1, max: 127 }), async (at, flip) => {
      const damaged =
        text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ flip) + text.slice(at + 1);
      await records.saveSlot(userId, 0, damaged);
      await records.saveSlot(userId, 1, damaged);
      const before = records.image();
      const outcome = await unlock(oldPin, records.restart());
      expect(outcome).toEqual({ ok: false, error: { kind: 'damaged' } });
      expect(records.image()).toBe(before);
    }),
    runs,
  );
});

test('any text in a slot is damage, never a crash, and is left as it is', async () => {
  const { records, userId, oldPin, unlock } = await createRescueDesk();
  const part = fc.string({ unit: fc.constantFrom(...Array.from('ABab01-_.{}')), maxLength: 40 });
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    // Records with a right checksum and anything inside.
    fc.tuple(fc.json(), part).map(([header, sealed]) => ({ header, sealed })),
  );
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const record = typeof text === 'string' ? text : await forged(text.header, text.sealed);
      expect(await decodeKeyRecord(webcrypto, record)).toBeNull();
      await records.saveSlot(userId, 0, record);
      await records.saveSlot(userId, 1, record);
      const before = records.image();
      expect(await unlock(oldPin, records.restart())).toEqual({ ok: false, error: { kind: 'damaged' } });
      expect(records.image()).toBe(before);
    }),
    runs,
  );
});

function forged(header: string, sealed: string): Promise<string> {
  const encoded = Buffer.from(header).toString('base64url');
  return encodeKeyRecord(webcrypto, {
    additionalData: utf8Encode(`fieldchart-key/1.${encoded}`),
    nonce: new Uint8Array(12),
    sealed: utf8Encode(sealed),
  });
}
