import { AGEING_TYPES, referencesOf, type ResourceKey, type RetentionWord } from '@fieldchart/clinical';
import type { Transaction } from '@fieldchart/encrypted-sqlite';
import { toInstant } from '@fieldchart/foundation';
import { type AgeingRecord, decideAgedOut } from './decideAgedOut.ts';
import type { ChangeDeps } from './recordChange.ts';
import { parseResource, type RecordRow } from './rows.ts';
import { readRetention, writeRetention } from './retentionWord.ts';
import { createTouched, touch } from './touched.ts';
import { deleteRecord, readRecord } from './writeRecord.ts';

/** What the organisation's policy ages out is erased from the device, and comes back when it is asked for. */
export interface Retention {
  /** What the server said of time and policy, where it is not said with a page of the feed: in a ticket. */
  tellRetention(word: RetentionWord): Promise<void>;
  /**
   * Erases a part of what has aged out by the server's time and policy as they were last told, in one small transaction in
   * which `writeDown` puts on record what goes. `more`: there may be more. `done`: there is nothing more for now, or
   * neither time nor policy is known. Never erases what waits, or what something that waits refers to (D3).
   */
  ageOut(writeDown: WriteDownAgedOut): Promise<'more' | 'done'>;
  /**
   * Asks for all of a client again: their record is fetched at the next contact, and then stays for some days. Does nothing
   * where the client is not in the caseload any more.
   */
  fetchBack(clientId: string): Promise<void>;
  /** What of a client's record is kept on the server only. */
  agedOutOf(clientId: string): Promise<AgedOut>;
}

/** Called within the transaction that erases; what it rejects with undoes the erasing. */
export type WriteDownAgedOut = (
  transaction: Transaction,
  gone: { readonly clientId: string; readonly keys: readonly ResourceKey[] },
) => Promise<void>;

export interface AgedOut {
  readonly notes: number;
  readonly visits: number;
  readonly consents: number;
  /** Instant of the newest of them; null where there are none. */
  readonly newest: string | null;
  /** They were asked for, and come with the next contact. */
  readonly asked: boolean;
  /** What was fetched back stays until this instant; null where nothing was. */
  readonly hereUntil: string | null;
}

const DAY = 86_400_000;
/** For which what was fetched back stays. */
const FETCHED_BACK_DAYS = 7;
/** From one look through all clients to the next, by the server's clock. */
const ROUND = DAY;
/** Records that go in one transaction, their last unit whole: what a keystroke waits for meanwhile. */
const AT_ONCE = 20;

const AGEING = `(${AGEING_TYPES.map((type) => `'${type}'`).join(', ')})`;
/** Clients who come or go just now are not looked at: nobody knows what of them is whole. */
const SETTLED = `NOT IN (SELECT client_id FROM clients_to_fetch UNION SELECT client_id FROM clients_to_erase
  UNION SELECT client_id FROM fetched_back)`;

export function createRetention({ database, announcer }: ChangeDeps): Retention {
  return {
    async tellRetention(word) {
      await database.transaction(async (transaction) => await writeRetention(transaction, word));
    },

    async ageOut(writeDown) {
      const touched = createTouched();
      const outcome = await database.transaction(async (transaction) => {
        const word = await readRetention(transaction);
        if (word === undefined || word.days === null) return 'done';
        const before = word.now - word.days * DAY;
        await beginRound(transaction, { now: word.now, days: word.days, before });
        const [next] = await transaction.all<{ client_id: string }>(
          `SELECT client_id FROM clients_to_age WHERE client_id ${SETTLED} LIMIT 1`,
        );
        if (next === undefined) return 'done';
        const { client_id: clientId } = next;
        const units = decideAgedOut(await readAgeing(transaction, clientId), before);
        const part: AgeingRecord[] = [];
        for (const unit of units) if (part.length < AT_ONCE) part.push(...unit);
        for (const { key } of part) {
          await keepTrace(transaction, key);
          const row = await readRecord(transaction, key);
          if (row !== undefined) await deleteRecord(transaction, touched, row);
        }
        if (part.length === units.flat().length) {
          await transaction.run('DELETE FROM clients_to_age WHERE client_id = ?', [clientId]);
        }
        if (part.length > 0) await writeDown(transaction, { clientId, keys: part.map(({ key }) => key) });
        return 'more';
      });
      announcer.announce(touched);
      return outcome;
    },

    async fetchBack(clientId) {
      // The server gives nothing of a client who has left the caseload: to ask for them would never end.
      const here = `SELECT ?, NULL WHERE EXISTS (SELECT 1 FROM records WHERE key = 'Patient/' || ?)
        AND NOT EXISTS (SELECT 1 FROM clients_to_erase WHERE client_id = ?)`;
      const params = [clientId, clientId, clientId];
      await database.batch([
        { sql: `INSERT OR REPLACE INTO fetched_back (client_id, until) ${here}`, params },
        { sql: `INSERT OR REPLACE INTO clients_to_fetch (client_id, next) ${here}`, params },
      ]);
      const touched = createTouched();
      touch(touched, `Patient/${clientId}`, clientId);
      announcer.announce(touched);
    },

    async agedOutOf(clientId) {
      const rows = await database.all<{ type: string; count: number; newest: string | null }>(
        'SELECT type, count(*) AS count, max(date) AS newest FROM aged_out WHERE client_id = ? GROUP BY type',
        [clientId],
      );
      const [kept] = await database.all<{ until: string | null }>(
        'SELECT until FROM fetched_back WHERE client_id = ?',
        [clientId],
      );
      const countOf = (type: string) => rows.find((row) => row.type === type)?.count ?? 0;
      const dates = rows.flatMap(({ newest }) => newest ?? []);
      return {
        notes: countOf('Composition'),
        visits: countOf('Encounter'),
        consents: countOf('Consent'),
        newest: dates.toSorted().at(-1) ?? null,
        asked: kept?.until === null,
        hereUntil: kept?.until ?? null,
      };
    },
  };
}

/** The client's record is whole: what was fetched back stays for its days from now on, and the rest is looked through. */
export async function endFetch(transaction: Transaction, clientId: string): Promise<void> {
  await transaction.run('INSERT OR IGNORE INTO clients_to_age (client_id) VALUES (?)', [clientId]);
  const word = await readRetention(transaction);
  if (word === undefined) return;
  await transaction.run('UPDATE fetched_back SET until = ? WHERE client_id = ? AND until IS NULL', [
    toInstant(word.now + FETCHED_BACK_DAYS * DAY),
    clientId,
  ]);
}

/** Once in a while, and when the policy changed: all clients with something old. A round that a kill cut short goes on. */
async function beginRound(
  transaction: Transaction,
  { now, days, before }: { readonly now: number; readonly days: number; readonly before: number },
): Promise<void> {
  await endStays(transaction, toInstant(now));
  const [last] = await transaction.all<{ value: string }>(
    "SELECT value FROM sync_state WHERE name = 'retention_round'",
  );
  const [lastDays, lastNow] = (JSON.parse(last?.value ?? '[]') as readonly number[]).map(Number);
  // A server's clock that was set back has the next round at once, which finds less.
  if (lastDays === days && lastNow !== undefined && Math.abs(now - lastNow) < ROUND) return;
  await transaction.run("INSERT OR REPLACE INTO sync_state (name, value) VALUES ('retention_round', ?)", [
    JSON.stringify([days, now]),
  ]);
  await transaction.run(
    `INSERT OR IGNORE INTO clients_to_age (client_id)
     SELECT DISTINCT client_id FROM records WHERE type IN ${AGEING} AND date < ? AND client_id IS NOT NULL`,
    [toInstant(before)],
  );
}

/** What was fetched back has had its days. */
async function endStays(transaction: Transaction, now: string): Promise<void> {
  await transaction.run(
    'INSERT OR IGNORE INTO clients_to_age (client_id) SELECT client_id FROM fetched_back WHERE until <= ?',
    [now],
  );
  await transaction.run('DELETE FROM fetched_back WHERE until <= ?', [now]);
}

/** All records of a client that may age out, each with what holds it here. */
async function readAgeing(transaction: Transaction, clientId: string): Promise<readonly AgeingRecord[]> {
  const rows = await transaction.all<RecordRow & { received_at: string | null; held: number }>(
    `SELECT r.key, r.client_id, r.revision, r.version_id, r.server_time, r.resource,
       (SELECT server_time FROM receipts WHERE key = r.key ORDER BY sequence DESC LIMIT 1) AS received_at,
       EXISTS (SELECT 1 FROM outbox WHERE key = r.key) OR EXISTS (SELECT 1 FROM conflicts WHERE key = r.key)
         OR EXISTS (SELECT 1 FROM superseded WHERE key = r.key) OR EXISTS (SELECT 1 FROM set_aside WHERE key = r.key)
         OR EXISTS (SELECT 1 FROM epoch_checks WHERE key = r.key)
         OR EXISTS (SELECT 1 FROM under_review WHERE key = r.key) AS held
     FROM records r WHERE r.client_id = ? AND r.type IN ${AGEING}`,
    [clientId],
  );
  const needed = await neededByWaiting(transaction, clientId);
  return rows.map((row) => ({
    key: row.key,
    resource: parseResource(row.resource),
    versionId: row.version_id,
    serverTime: row.server_time,
    receivedAt: row.received_at,
    pinned: row.held === 1 || needed.has(row.key),
  }));
}

/** What the client's unsent changes refer to: it stays beside them until they are acknowledged. */
async function neededByWaiting(
  transaction: Transaction,
  clientId: string,
): Promise<ReadonlySet<ResourceKey>> {
  const bodies = await transaction.all<{ body: string | null }>(
    `SELECT coalesce(o.body, r.resource) AS body FROM outbox o LEFT JOIN records r ON r.key = o.key
     WHERE o.client_id = ? OR o.client_id IS NULL`,
    [clientId],
  );
  return new Set(bodies.flatMap(({ body }) => (body === null ? [] : referencesOf(parseResource(body)))));
}

/** Which version was here, so that the same one does not come back by itself. */
async function keepTrace(transaction: Transaction, key: ResourceKey): Promise<void> {
  await transaction.run(
    `INSERT OR REPLACE INTO aged_out (key, type, client_id, status, date, version_id, server_time)
     SELECT key, type, client_id, status, date, version_id, server_time FROM records WHERE key = ?`,
    [key],
  );
}
