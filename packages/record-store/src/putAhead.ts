import { referencesOf } from '@fieldchart/clinical';
import type { Transaction } from '@fieldchart/encrypted-sqlite';
import { decide, decidePark } from '@fieldchart/smart-queue';
import { addNeeds } from './enqueue.ts';
import { readEntry } from './readEntry.ts';
import { parseResource, rowToEntry } from './rows.ts';
import { countBlocked, sqlQueueIndex } from './sqlQueueIndex.ts';
import { touch, type Touched } from './touched.ts';

/**
 * What a restored server lost is made anew, and what waited already waits for it: each entry that refers to it (O3), and of
 * a care team each of its client, about whom the server takes nothing before. What the entry itself waits for goes first
 * as it did, or the two would wait for each other.
 */
export async function putAhead(transaction: Transaction, touched: Touched, entry: string): Promise<void> {
  const made = await readEntry(transaction, entry);
  if (made?.kind !== 'create') return;
  const waiting = await transaction.all<{ id: string; body: string }>(
    `WITH RECURSIVE unit (id) AS (SELECT ? UNION SELECT other.id FROM outbox one JOIN outbox other
         ON other.group_id = one.group_id WHERE one.id = ?),
       before (id) AS (SELECT needed FROM needs JOIN unit ON entry = unit.id
         UNION SELECT needed FROM needs JOIN before ON entry = before.id)
     SELECT o.id, coalesce(o.body, r.resource) AS body FROM outbox o JOIN records r ON r.key = o.key
     WHERE o.state = 'waiting' AND o.client_id IS ? AND o.id NOT IN (SELECT id FROM unit UNION SELECT id FROM before)`,
    [entry, entry, made.client_id],
  );
  const isCareTeam = made.key.startsWith('CareTeam/');
  const behind = waiting
    .filter(({ body }) => isCareTeam || referencesOf(parseResource(body)).some((key) => key === made.key))
    .map(({ id }) => id);
  for (const id of behind) await addNeeds(transaction, id, [entry]);
  await countBlocked(transaction, behind);
  if (made.state !== 'parked' && made.state !== 'held') return;
  // A person decides of it first (O5).
  const { held } = await decide(decidePark(rowToEntry(made)), sqlQueueIndex(transaction));
  for (const id of held) {
    await transaction.run("UPDATE outbox SET state = 'held' WHERE id = ?", [id]);
    const waiter = await readEntry(transaction, id);
    if (waiter !== undefined) touch(touched, waiter.key, waiter.client_id);
  }
  touched.outbox = true;
}
