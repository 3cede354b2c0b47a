import { toFingerprint } from '@fieldchart/foundation';
import type { OrganizationDescriptor } from '@fieldchart/clinical';
import { type JWK, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import type { Database } from '../storage/openStorage.ts';
import { importEcKey, importPublicKey, toPlainJwk } from './importPublicKey.ts';

/** The organisation as the server acts for it. */
export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly baseUrl: string;
  readonly signingKey: CryptoKey;
  readonly keyId: string;
  readonly verifyingKey: CryptoKey;
  readonly descriptor: OrganizationDescriptor;
}

export interface NewOrganization {
  readonly id: string;
  readonly name: string;
  readonly epoch: string;
  readonly baseUrl: string;
}

/**
 * Creates the organisation and its keys. The rescue key's private half is returned once and kept nowhere here:
 * it must never lie on the server.
 */
export async function createOrganization(
  db: Database,
  organization: NewOrganization,
): Promise<{ rescuePrivateKey: object }> {
  const signing = await generateKeyPair('ES384', { extractable: true });
  const rescue = await generateKeyPair('ECDH-ES+A256KW', { crv: 'P-384', extractable: true });
  const verifyingKey = await publicJwk(signing.publicKey);
  const rescueKey = await publicJwk(rescue.publicKey);
  await db
    .insertInto('organization')
    .values({
      id: organization.id,
      name: organization.name,
      epoch: organization.epoch,
      base_url: organization.baseUrl,
      sequence: 0,
      last_written: 0,
      setup: 'creating',
      signing_key: JSON.stringify({ ...(await exportJWK(signing.privateKey)), kid: verifyingKey.kid }),
      verifying_key: JSON.stringify({ ...verifyingKey, alg: 'ES384', use: 'sig' }),
      rescue_key: JSON.stringify({ ...rescueKey, alg: 'ECDH-ES+A256KW', use: 'enc' }),
    })
    .execute();
  return { rescuePrivateKey: { ...(await exportJWK(rescue.privateKey)), kid: rescueKey.kid } };
}

async function publicJwk(
  key: CryptoKey,
): Promise<{ kty: 'EC'; crv: 'P-384'; x: string; y: string; kid: string }> {
  const { x = '', y = '' } = await exportJWK(key);
  const jwk = { kty: 'EC', crv: 'P-384', x, y } as const;
  return { ...jwk, kid: await calculateJwkThumbprint(jwk) };
}

/** Loads the organisation, or undefined when the database holds none yet. */
export async function loadOrganization(db: Database): Promise<Organization | undefined> {
  const row = await db.selectFrom('organization').selectAll().executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    id: row.id,
    name: row.name,
    baseUrl: row.base_url,
    keyId: row.verifying_key.kid ?? '',
    signingKey: await importEcKey(row.signing_key as JWK),
    verifyingKey: await importPublicKey(row.verifying_key),
    descriptor: {
      id: row.id,
      name: row.name,
      jwks: { keys: [row.verifying_key] },
      rescueKey: row.rescue_key,
      fingerprint: toFingerprint(await calculateJwkThumbprint(toPlainJwk(row.verifying_key))),
    },
  };
}
