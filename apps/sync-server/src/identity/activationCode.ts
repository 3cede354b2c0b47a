import type { Random } from '@fieldchart/foundation';

/** Crockford's base32 alphabet, and the five symbols more that his mod-37 check character needs. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CHECK_DIGITS = `${DIGITS}*~$=U`;

const RANDOM_BYTES = 10;

export interface ActivationCode {
  /** 16 characters: what opens the ticket. */
  readonly password: string;
  /** `XXXX-XXXX-XXXX-XXXX-C`: what people read and type. */
  readonly shown: string;
}

/** A code of 80 random bits. */
export function createActivationCode(random: Random): ActivationCode {
  let value = random.bytes(RANDOM_BYTES).reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
  const check = CHECK_DIGITS[Number(value % 37n)] ?? '';
  let password = '';
  for (let at = 0; at < (RANDOM_BYTES * 8) / 5; at += 1) {
    password = `${DIGITS[Number(value & 31n)] ?? ''}${password}`;
    value >>= 5n;
  }
  return { password, shown: `${password.match(/.{4}/gu)?.join('-') ?? ''}-${check}` };
}
