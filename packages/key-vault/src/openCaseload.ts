import { compactDecrypt } from 'jose';
import { type Result, base64UrlDecode, fail, ok, utf8Decode } from '@fieldchart/foundation';
import { isKey256, isObject } from './ticketClaims.ts';

/** Bytes of a caseload once decompressed: room for tens of thousands of notes, and an end to a zip bomb. */
const longestCaseload = 256 * 1024 * 1024;

/** The starter caseload inside a ticket's file. Its resources are not validated here. */
export interface Caseload {
  /** Where the device's first pull goes on. */
  readonly cursor: string;
  readonly bundle: { readonly resourceType: 'Bundle'; readonly entry?: readonly unknown[] };
}

/**
 * Opens the caseload (`file.caseload`) with the ticket's `caseload_key`.
 * `damaged`: it does not decrypt, or is longer than 256 MiB. `malformed`: it is none of ours.
 */
export async function openCaseload(input: {
  readonly file: { readonly caseload: string };
  readonly key: string;
}): Promise<Result<Caseload, { kind: 'damaged' | 'malformed' }>> {
  if (!isKey256(input.key)) return fail({ kind: 'malformed' });
  const key = base64UrlDecode(input.key);
  let text: string;
  try {
    const { plaintext } = await compactDecrypt(input.file.caseload, key, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
      maxDecompressedLength: longestCaseload,
    });
    text = utf8Decode(plaintext);
  } catch {
    return fail({ kind: 'damaged' });
  } finally {
    key.fill(0);
  }
  try {
    const value: unknown = JSON.parse(text);
    return isCaseload(value) ? ok(value) : fail({ kind: 'malformed' });
  } catch {
    return fail({ kind: 'malformed' });
  }
}

function isCaseload(value: unknown): value is Caseload {
  if (!isObject(value) || typeof value['cursor'] !== 'string') return false;
  const { bundle } = value;
  if (!isObject(bundle) || bundle['resourceType'] !== 'Bundle') return false;
  return bundle['entry'] === undefined || Array.isArray(bundle['entry']);
}
