import { instantToMilliseconds, type RetentionWord } from '@fieldchart/clinical';
import type { Transaction } from '@fieldchart/encrypted-sqlite';

const NAME = 'retention';

/** Keeps what the server said of time and policy: nothing is judged by the device's own clock. */
export async function writeRetention(transaction: Transaction, word: RetentionWord): Promise<void> {
  await transaction.run('INSERT OR REPLACE INTO sync_state (name, value) VALUES (?, ?)', [
    NAME,
    JSON.stringify([word.serverTime, word.days]),
  ]);
}

/** What the server last said: its time in milliseconds, and the policy's days. Undefined: it has said nothing yet. */
export async function readRetention(
  transaction: Transaction,
): Promise<{ readonly now: number; readonly days: number | null } | undefined> {
  const [row] = await transaction.all<{ value: string }>('SELECT value FROM sync_state WHERE name = ?', [
    NAME,
  ]);
  if (row === undefined) return undefined;
  const [serverTime, days] = JSON.parse(row.value) as readonly [string, number | null];
  const now = instantToMilliseconds(serverTime);
  return now === undefined ? undefined : { now, days };
}
