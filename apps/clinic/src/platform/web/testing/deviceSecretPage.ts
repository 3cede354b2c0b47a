import { silentLogger, systemClock } from '@fieldchart/foundation';
import { createVault, type RescueKey, type UnlockedKeys } from '@fieldchart/key-vault';
import { keyRecordStoreContract } from '../../../../../../packages/key-vault/src/testing/keyRecordStoreContract.ts';
import { publishedVectors } from '../../../../../../packages/key-vault/src/testing/publishedVectors.ts';
import { createWebDeviceSecrets } from '../deviceSecret.ts';
import { createWebKeyRecords } from '../keyRecords.ts';
import { createWebPassphraseEstimator } from '../passphraseEstimator.ts';
import { webRandom } from '../random.ts';

// What the browser test asks of a page: the web adapters under a real vault.

const secrets = createWebDeviceSecrets();

const vault = (iterations = 100_000) =>
  createVault({
    records: createWebKeyRecords(),
    crypto,
    random: webRandom,
    clock: systemClock,
    logger: silentLogger,
    iterations,
  });

const dataKeyOf = (keys: UnlockedKeys) =>
  Array.from(keys.dataKey, (byte) => byte.toString(16).padStart(2, '0')).join('');

const page = {
  offered: () => secrets.offered(),

  createSecret: async () => {
    const made = await secrets.create();
    return made.ok ? { ok: true as const, id: made.value.id } : made;
  },

  create: async (userId: string, secret: string, id: string, rescueKey: RescueKey) => {
    const deviceSecret = secrets.open(id);
    const input = { userId, secret, secretKind: 'pin', eraseAfter: null, deviceSecret, rescueKey } as const;
    return dataKeyOf(await vault().create(input));
  },

  unlock: async (userId: string, secret: string, id: string, iterations?: number) => {
    const opened = await vault(iterations).unlock({ userId, secret, deviceSecret: secrets.open(id) });
    return opened.ok ? { ok: true as const, dataKey: dataKeyOf(opened.value.keys) } : opened;
  },

  change: (userId: string, current: string, next: string, id: string) =>
    vault().change({ userId, current, next, nextKind: 'pin', deviceSecret: secrets.open(id) }),

  attempts: (userId: string) => createWebKeyRecords().loadAttempts(userId),

  contract: async () => {
    const failures: string[] = [];
    for (const clause of keyRecordStoreContract) {
      await clause
        .run(() => createWebKeyRecords('contract'), clause.name)
        .catch((cause: unknown) => failures.push(`${clause.name}: ${String(cause)}`));
    }
    return failures;
  },

  /** Where this browser's crypto does not answer as published. */
  vectors: async () => {
    const failures: string[] = [];
    for (const vector of publishedVectors) {
      const answer = await vector.answer(crypto).catch(String);
      if (answer !== vector.expected) failures.push(`${vector.name}: ${answer}`);
    }
    return { asked: publishedVectors.length, failures };
  },

  guesses: (text: string, context: string[]) => createWebPassphraseEstimator().guessesLog10(text, context),
};

export type DeviceSecretPage = typeof page;

Object.assign(globalThis, { page });
