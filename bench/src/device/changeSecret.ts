import type { ClinicPlatform } from '@fieldchart/clinic-client';
import { SECRET } from './benchUser.ts';
import { coldStart } from './coldStart.ts';

const OTHER = 'five other words for today';

/** Milliseconds of each change of the secret, there and back again, in one unlocked session. */
export async function changeSecrets(
  platform: ClinicPlatform,
  userId: string,
  samples: number,
  elapsed: () => number,
): Promise<readonly number[]> {
  const { session, lock } = await coldStart(platform, userId, elapsed);
  const took: number[] = [];
  let current = SECRET;
  // An even number of times, so that the device opens with the bench's own secret again.
  for (let sample = 0; sample < samples * 2; sample += 1) {
    const next = current === SECRET ? OTHER : SECRET;
    const start = elapsed();
    const outcome = await session.changeSecret({ current, next, nextKind: 'passphrase' });
    took.push(elapsed() - start);
    if (!outcome.ok) throw new Error('The bench did not change the secret');
    current = next;
  }
  await lock();
  return took;
}
