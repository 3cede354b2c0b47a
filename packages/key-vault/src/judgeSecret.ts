import { type Result, fail, ok } from '@fieldchart/foundation';

/** How many guesses an attacker who knows people's habits needs for a passphrase. */
export interface PassphraseEstimator {
  /** Logarithm to base 10. `context` holds what a guesser knows: names of the person and the organisation. */
  guessesLog10(text: string, context: readonly string[]): Promise<number>;
}

export type SecretWeakness =
  'too-short' | 'digits-only' | 'common' | 'sequential' | 'repeated' | 'too-guessable';

export type SecretJudgement = Result<
  { readonly guessesLog10: number },
  { kind: SecretWeakness; guessesLog10: number }
>;

const shortestPin = 6;
const shortestPassphrase = 8;
/** A passphrase stands alone against a copied disk: 10^13 guesses or more. */
const leastGuessesLog10 = 13;

// The PINs that people choose most, beyond the sequences, repetitions and dates that the rules find.
const commonPins = new Set([
  '112233',
  '121212',
  '123321',
  '123123',
  '131313',
  '147258',
  '159753',
  '258456',
  '258369',
  '321654',
  '420420',
  '456123',
  '456852',
  '520520',
  '654123',
  '686868',
  '696969',
  '789456',
  '852456',
  '987123',
  '102030',
  '110110',
  '101010',
  '147852',
  '159357',
  '232323',
  '246810',
  '135790',
  '142536',
  '525252',
  '741852',
  '963852',
  '007007',
  '314159',
  '271828',
  '141421',
  '867530',
  '8675309',
  '13579246',
  '24681357',
  '11223344',
  '12121212',
  '69696969',
]);

/**
 * Judges a PIN by rules: 6 digits or more, not among the common ones, no run of neighbouring digits, no short
 * pattern repeated. The device's bound secret and the delays protect it; the rules keep an onlooker's first
 * guesses from being right.
 */
export function judgePin(pin: string): SecretJudgement {
  const digits = pin.normalize('NFKC');
  const guessesLog10 = digits.length;
  if (!/^\d*$/u.test(digits)) return fail({ kind: 'digits-only', guessesLog10 });
  if (digits.length < shortestPin) return fail({ kind: 'too-short', guessesLog10 });
  if (isSequential(digits)) return fail({ kind: 'sequential', guessesLog10: 2 });
  if (commonPins.has(digits)) return fail({ kind: 'common', guessesLog10: 2 });
  if (isRepeated(digits)) return fail({ kind: 'repeated', guessesLog10: 3 });
  if (isDate(digits)) return fail({ kind: 'common', guessesLog10: 4 });
  return ok({ guessesLog10 });
}

/** Judges a passphrase by an estimator: 10^13 guesses or more. */
export async function judgePassphrase(
  text: string,
  estimator: PassphraseEstimator,
  context: readonly string[] = [],
): Promise<SecretJudgement> {
  const passphrase = text.normalize('NFKC');
  const guessesLog10 = await estimator.guessesLog10(passphrase, context);
  if (passphrase.length < shortestPassphrase) return fail({ kind: 'too-short', guessesLog10 });
  if (!(guessesLog10 >= leastGuessesLog10)) return fail({ kind: 'too-guessable', guessesLog10 });
  return ok({ guessesLog10 });
}

/** All steps alike, up or down by 1, with 9 and 0 as neighbours: 345678, 987654, 890123. */
function isSequential(digits: string): boolean {
  const values = Array.from(digits, Number);
  const steps = values.slice(1).map((value, at) => (value - (values[at] ?? 0) + 10) % 10);
  return steps.every((step) => step === 1) || steps.every((step) => step === 9);
}

/** One digit most of the time, or a pattern of up to half the length over and over: 111111, 121212, 123123. */
function isRepeated(digits: string): boolean {
  if (new Set(digits).size <= 2) return true;
  for (let length = 1; length <= digits.length / 2; length += 1) {
    const pattern = digits.slice(0, length);
    if (pattern.repeat(Math.ceil(digits.length / length)).slice(0, digits.length) === digits) return true;
  }
  return false;
}

/** A birthday or another day with its year in four digits. Six-digit dates are too many PINs to refuse. */
function isDate(digits: string): boolean {
  return [
    /^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/u,
    /^(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(19|20)\d\d$/u,
    /^(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])(19|20)\d\d$/u,
  ].some((date) => date.test(digits));
}
