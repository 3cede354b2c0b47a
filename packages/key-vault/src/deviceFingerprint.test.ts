import { webcrypto } from 'node:crypto';
import { toFingerprint } from '@fieldchart/foundation';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { expect, test } from 'vitest';
import { deviceFingerprint } from './deviceFingerprint.ts';
import type { PublicJwk } from './unlockedKeys.ts';

test("the fingerprint of a device's key is that of its thumbprint, as the provider's server takes it", async () => {
  const { publicKey } = await generateKeyPair('ES384', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), alg: 'ES384', use: 'sig', kid: 'device-1' } as PublicJwk;
  const shown = await deviceFingerprint(webcrypto, jwk);
  expect(shown).toMatch(/^[0-9A-F]{4}( [0-9A-F]{4}){7}$/u);
  expect(shown).toBe(toFingerprint(await calculateJwkThumbprint(jwk)));
});
