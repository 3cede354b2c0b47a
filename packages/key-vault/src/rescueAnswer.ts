import { compactDecrypt, decodeProtectedHeader, type importJWK } from 'jose';
import {
  type Bytes,
  type Result,
  base64UrlDecode,
  fail,
  ok,
  readCarriedText,
  utf8Decode,
} from '@fieldchart/foundation';
import { hashText } from './primitives.ts';
import { isKey256, isObject } from './ticketClaims.ts';
import type { WebCrypto } from './webCrypto.ts';

/** Characters of an answer's text; a whole one has about 2,100. */
const longestAnswer = 8192;

/** Private half of a request's agreement key, in the platform's crypto. */
export type AgreementKey = Exclude<Awaited<ReturnType<typeof importJWK>>, Uint8Array>;

export interface RescueAnswer {
  readonly dataKey: Bytes;
  readonly ticket: string;
}

/** `answer-not-for-this`: a whole answer, sealed for another request or device. */
export type RescueAnswerProblem =
  | 'answer-wrong-kind'
  | 'answer-malformed'
  | 'answer-truncated'
  | 'answer-altered'
  | 'answer-too-large'
  | 'answer-not-for-this';

/** Opens an administrator's answer with the private half of the request's agreement key. */
export async function readRescueAnswer(input: {
  readonly crypto: WebCrypto;
  readonly text: string;
  /** Id of the request that it must answer. */
  readonly request: string;
  readonly agreementKey: AgreementKey;
}): Promise<Result<RescueAnswer, { readonly kind: RescueAnswerProblem }>> {
  const read = await readCarriedText({
    kind: 'rescueAnswer',
    text: input.text,
    dots: 4,
    longest: longestAnswer,
    hash: hashText(input.crypto),
  });
  if (!read.ok) return fail({ kind: `answer-${read.error.kind}` });
  if (!isAnswerHeader(read.value)) return fail({ kind: 'answer-malformed' });
  let answer: unknown;
  try {
    const { plaintext } = await compactDecrypt(read.value, input.agreementKey, {
      keyManagementAlgorithms: ['ECDH-ES+A256KW'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    answer = JSON.parse(utf8Decode(plaintext));
  } catch {
    return fail({ kind: 'answer-not-for-this' });
  }
  if (!isObject(answer)) return fail({ kind: 'answer-malformed' });
  const { request, data_key: dataKey, ticket } = answer;
  if (!isKey256(dataKey) || typeof ticket !== 'string') return fail({ kind: 'answer-malformed' });
  if (request !== input.request) return fail({ kind: 'answer-not-for-this' });
  return ok({ dataKey: base64UrlDecode(dataKey), ticket });
}

function isAnswerHeader(jwe: string): boolean {
  try {
    const { alg, enc, typ, zip } = decodeProtectedHeader(jwe);
    return (
      alg === 'ECDH-ES+A256KW' && enc === 'A256GCM' && typ === 'fieldchart-rescue-answer' && zip === undefined
    );
  } catch {
    return false;
  }
}
