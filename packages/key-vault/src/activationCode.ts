import { type Result, fail, ok } from '@fieldchart/foundation';

// Crockford's base32: 16 characters carry 80 bits, a 17th checks them (the value modulo 37).
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const checkAlphabet = `${alphabet}*~$=U`;
const characters = 16;

/**
 * An activation code as typed, to the 16 characters that open the ticket: upper case, without hyphens, spaces and
 * the check character; I and L read as 1, O as 0. A slip of one character or a swap of two neighbours is
 * found here, before anything is derived.
 */
export function parseActivationCode(typed: string): Result<string, { kind: 'code-mistyped' }> {
  const text = typed
    .slice(0, 100)
    .toUpperCase()
    .replaceAll(/[\s\u2010-\u2015-]/gu, '')
    .replaceAll(/[IL]/gu, '1')
    .replaceAll('O', '0');
  const code = text.slice(0, characters);
  const sound =
    text.length === characters + 1 &&
    /^[0-9A-HJKMNP-TV-Z]{16}$/u.test(code) &&
    text.endsWith(checkCharacter(code));
  return sound ? ok(code) : fail({ kind: 'code-mistyped' });
}

/** Crockford's check character for a code of the alphabet. */
export function checkCharacter(code: string): string {
  let remainder = 0;
  for (const character of code) remainder = (remainder * 32 + alphabet.indexOf(character)) % 37;
  return checkAlphabet.charAt(remainder);
}
