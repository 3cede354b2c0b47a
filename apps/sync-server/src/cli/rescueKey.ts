import { compactDecrypt, importJWK } from 'jose';

/** Opens what a device sealed to the organisation's rescue key; undefined where this is not that key. */
export async function openWithRescueKey(jwe: string, keyFile: string): Promise<Uint8Array | undefined> {
  try {
    const key = await importJWK(JSON.parse(keyFile), 'ECDH-ES+A256KW');
    const { plaintext } = await compactDecrypt(jwe, key, {
      keyManagementAlgorithms: ['ECDH-ES+A256KW'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    return plaintext;
  } catch {
    return undefined;
  }
}
