import { compactDecrypt } from 'jose';

/** What the holder of the rescue key reads in sealed work. */
export async function openSealedWork(work: string, rescuePrivateKey: CryptoKey): Promise<string> {
  const { plaintext } = await compactDecrypt(work, rescuePrivateKey);
  return new TextDecoder().decode(plaintext);
}
