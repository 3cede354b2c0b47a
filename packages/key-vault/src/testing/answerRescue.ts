import { CompactEncrypt, compactDecrypt, importJWK, type JWK } from 'jose';
import { base64UrlEncode, utf8Encode } from '@fieldchart/foundation';
import { carry } from './issueTicket.ts';

// An administrator's answer, written from the wire agreement and not from the server's code.

export interface ReadRequest {
  readonly id: string;
  readonly organization: string;
  readonly practitioner: string;
  readonly device: string;
  readonly sealed: string;
  readonly agreement_key: JWK;
  readonly device_id: string;
  readonly signing_key: JWK;
}

/** What a request's text says. */
export function readRequest(text: string): ReadRequest {
  const [, payload = ''] = text.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as ReadRequest;
}

/** Opens the sealed data key with the organisation's private key and seals it to the device. */
export async function answerRescue(
  request: ReadRequest,
  rescueKey: CryptoKey,
  changes: { readonly claims?: object; readonly header?: object; readonly to?: JWK } = {},
): Promise<string> {
  const { plaintext } = await compactDecrypt(request.sealed, rescueKey);
  const content = {
    request: request.id,
    data_key: base64UrlEncode(plaintext),
    ticket: 'a.b.c',
    ...changes.claims,
  };
  const jwe = await new CompactEncrypt(utf8Encode(JSON.stringify(content)))
    .setProtectedHeader({
      alg: 'ECDH-ES+A256KW',
      enc: 'A256GCM',
      typ: 'fieldchart-rescue-answer',
      ...changes.header,
    })
    .encrypt(await importJWK(changes.to ?? request.agreement_key, 'ECDH-ES+A256KW'));
  return carry('FIELDCHART-ANSWER1', jwe);
}
