import { type Result, fail, ok } from './result.ts';

// Texts that people paste, scan and send: `NAME.PAYLOAD.CHECKSUM`. The name tells one kind from another, the checksum
// an incomplete or altered one from a wrong code. It protects nothing: signature and seal do.

/** A ticket; a request for rescue; the answer to one. */
export const CARRIED_TEXT_NAMES = {
  ticket: 'FIELDCHART1',
  rescueRequest: 'FIELDCHART-RESCUE1',
  rescueAnswer: 'FIELDCHART-ANSWER1',
} as const;

export type CarriedTextKind = keyof typeof CARRIED_TEXT_NAMES;

const CHECKSUM_LENGTH = 12;

/**
 * `wrong-kind`: another of our texts. `malformed`: none of ours. `truncated`: its end is missing. `altered`: the
 * checksum does not fit. `too-large`: refused unread.
 */
export type CarriedTextProblem = 'wrong-kind' | 'malformed' | 'truncated' | 'altered' | 'too-large';

/** Computes the SHA-256 of a text, base64url: the caller has the cryptography. */
export type HashText = (text: string) => Promise<string>;

/** The text in which a payload travels. */
export async function toCarriedText(kind: CarriedTextKind, payload: string, hash: HashText): Promise<string> {
  const body = `${CARRIED_TEXT_NAMES[kind]}.${payload}`;
  return `${body}.${(await hash(body)).slice(0, CHECKSUM_LENGTH)}`;
}

/** The payload of such a text; white space, which messengers and mails put in, does not count. */
export async function readCarriedText(options: {
  readonly kind: CarriedTextKind;
  readonly text: string;
  /** Dots of a whole payload: 4 in a compact JWE, 0 in plain base64url. */
  readonly dots: number;
  /** Characters; more are refused before anything is computed. */
  readonly longest: number;
  readonly hash: HashText;
}): Promise<Result<string, { readonly kind: CarriedTextProblem }>> {
  if (options.text.length > options.longest) return fail({ kind: 'too-large' });
  const text = options.text.replace(/\s/gu, '');
  const name = CARRIED_TEXT_NAMES[options.kind];
  if (!text.startsWith(`${name}.`)) {
    const ours = Object.values(CARRIED_TEXT_NAMES).some((other) => text.startsWith(`${other}.`));
    return fail({ kind: ours ? 'wrong-kind' : 'malformed' });
  }
  const parts = text.split('.');
  const checksum = parts.at(-1) ?? '';
  if (parts.length < options.dots + 3 || checksum.length < CHECKSUM_LENGTH)
    return fail({ kind: 'truncated' });
  const body = text.slice(0, -checksum.length - 1);
  const expected = (await options.hash(body)).slice(0, CHECKSUM_LENGTH);
  if (parts.length > options.dots + 3 || checksum !== expected) return fail({ kind: 'altered' });
  return ok(body.slice(name.length + 1));
}
