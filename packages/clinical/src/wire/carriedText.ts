import { type Result, fail, ok } from '@fieldchart/foundation';

// Texts that people paste, scan and send: `NAME.PAYLOAD.CHECKSUM`. The name tells one kind from another, the checksum
// an incomplete or altered one from a wrong code. It protects nothing: signature and seal do.

export type CarriedTextName = 'FIELDCHART1' | 'FIELDCHART-RESCUE1' | 'FIELDCHART-ANSWER1';

const CHECKSUM_LENGTH = 12;

export type CarriedTextProblem = 'malformed' | 'truncated' | 'altered' | 'too-large';

/** Computes the SHA-256 of a text, base64url: the caller has the cryptography. */
export type HashText = (text: string) => Promise<string>;

/** The text in which a payload travels. */
export async function toCarriedText(name: CarriedTextName, payload: string, hash: HashText): Promise<string> {
  const body = `${name}.${payload}`;
  return `${body}.${(await hash(body)).slice(0, CHECKSUM_LENGTH)}`;
}

/** The payload of such a text; white space, which messengers and mails put in, does not count. */
export async function readCarriedText(options: {
  readonly name: CarriedTextName;
  readonly text: string;
  /** Dots of a whole payload: 4 in a compact JWE, 0 in plain base64url. */
  readonly dots: number;
  /** Characters; more are refused before anything is computed. */
  readonly longest: number;
  readonly hash: HashText;
}): Promise<Result<string, { readonly kind: CarriedTextProblem }>> {
  if (options.text.length > options.longest) return fail({ kind: 'too-large' });
  const text = options.text.replace(/\s/gu, '');
  if (!text.startsWith(`${options.name}.`)) return fail({ kind: 'malformed' });
  const parts = text.split('.');
  const checksum = parts.at(-1) ?? '';
  if (parts.length < options.dots + 3 || checksum.length < CHECKSUM_LENGTH)
    return fail({ kind: 'truncated' });
  const body = text.slice(0, -checksum.length - 1);
  const expected = (await options.hash(body)).slice(0, CHECKSUM_LENGTH);
  if (parts.length > options.dots + 3 || checksum !== expected) return fail({ kind: 'altered' });
  return ok(body.slice(options.name.length + 1));
}
