import { judgePassphrase, judgePin } from '@fieldchart/key-vault';
import type { SecretKind, SecretVerdict } from './api.ts';
import type { ClinicPlatform } from './platform.ts';

/** Whether a secret may be chosen: passphrases by how many guesses they take, PINs by rules. */
export async function judgeSecret(
  platform: Pick<ClinicPlatform, 'estimator'>,
  secret: string,
  kind: SecretKind,
): Promise<SecretVerdict> {
  const judged = kind === 'pin' ? judgePin(secret) : await judgePassphrase(secret, platform.estimator);
  return judged.ok
    ? { acceptable: true, guessesLog10: judged.value.guessesLog10 }
    : { acceptable: false, guessesLog10: judged.error.guessesLog10, reason: judged.error.kind };
}
