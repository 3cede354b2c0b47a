import type { ResourceKey, RetentionWord } from '@fieldchart/clinical';
import type { Transaction } from '@fieldchart/encrypted-sqlite';
import { toInstant } from '@fieldchart/foundation';
import { AGEING, type FreeRecord, readAgeing, stillFree } from './ageingRecords.ts';
import { decideAgedOut } from './decideAgedOut.ts';
import type { ChangeDeps } from './recordChange.ts';
import { readRetention, writeRetention } from './retentionWord.ts';
import { createTouched, touch, type Touched } from './touched.ts';
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
  /** The server gives nothing of the client: who asked may ask again. What gained access fetches is not touched. */
  endWish(clientId: string): Promise<void>;
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

/** Clients who come or go just now are not looked at: nobody knows what of them is whole. */
const SETTLED = `NOT IN (SELECT client_id FROM clients_to_fetch UNION SELECT client_id FROM clients_to_erase
  UNION SELECT client_id FROM fetched_back)`;

export function createRetention({ database, announcer }: ChangeDeps): Retention {
  let plan: Plan | undefined;
  // What came meanwhile may keep what was free to go: an addendum keeps its note.
  announcer.onCommit(({ clients }) => {
    if (plan !== undefined && clients.has(plan.clientId)) plan = undefined;
  });
  async function writeWish(clientId: string, sql: string): Promise<void> {
    await database.batch([{ sql, params: [clientId] }]);
    const touched = createTouched();
    touch(touched, `Patient/${clientId}`, clientId);
    announcer.announce(touched);
  }
  return {
    async tellRetention(word) {
      await database.transaction(async (transaction) => await writeRetention(transaction, word));
    },

    async ageOut(writeDown) {
      const next = await database.transaction(nextClient);
      if (next === undefined) {
        plan = undefined;
        return 'done';
      }
      const { clientId, days, before } = next;
      if (plan?.clientId !== clientId || plan.days !== days) {
        // Read and decided beside the work; the transaction asks again of each record that goes.
        const units = decideAgedOut(await readAgeing(database, clientId), before);
        const free = units.map((unit) => unit.map(({ key, revision }) => ({ key, revision })));
        plan = { clientId, days, units: free };
      }
      const touched = createTouched();
      const { units } = plan;
      const part = takePart(units);
      const left = units.slice(part.length);
      await database.transaction(async (transaction) => {
        const now = await nextClient(transaction);
        const free =
          now?.clientId === clientId && now.days === days ? await stillFree(transaction, clientId, part) : [];
        const keys = free.flat().map(({ key }) => key);
        for (const key of keys) await erase(transaction, touched, key);
        if (keys.length > 0) await writeDown(transaction, { clientId, keys });
        if (left.length > 0) return;
        await transaction.run('DELETE FROM clients_to_age WHERE client_id = ?', [clientId]);
      });
      announcer.announce(touched);
      plan = left.length === 0 ? undefined : { clientId, days, units: left };
      return 'more';
    },

    async fetchBack(clientId) {
      // The server gives nothing of a client who has left the caseload.
      await writeWish(
        clientId,
        `INSERT OR REPLACE INTO fetched_back (client_id, until)
         SELECT id, NULL FROM (SELECT ? AS id)
         WHERE EXISTS (SELECT 1 FROM records WHERE key = 'Patient/' || id)
         AND NOT EXISTS (SELECT 1 FROM clients_to_erase WHERE client_id = id)`,
      );
    },

    async endWish(clientId) {
      await writeWish(clientId, 'DELETE FROM fetched_back WHERE client_id = ? AND until IS NULL');
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

/** What was found free to go of the client who is looked through just now; a kill forgets it, and it is found again. */
interface Plan {
  readonly clientId: string;
  readonly days: number;
  readonly units: readonly (readonly FreeRecord[])[];
}

/** Whose turn it is, by what the server last said; undefined where nobody's is. */
async function nextClient(
  transaction: Transaction,
): Promise<{ readonly clientId: string; readonly days: number; readonly before: number } | undefined> {
  const word = await readRetention(transaction);
  if (word === undefined || word.days === null) return undefined;
  const { now, days } = word;
  const before = now - days * DAY;
  await beginRound(transaction, { now, days, before });
  const [next] = await transaction.all<{ client_id: string }>(
    `SELECT client_id FROM clients_to_age WHERE client_id ${SETTLED} ORDER BY client_id LIMIT 1`,
  );
  return next === undefined ? undefined : { clientId: next.client_id, days, before };
}

/** The first units, whole, of so many records together or a few more. */
function takePart(units: Plan['units']): Plan['units'] {
  let records = 0;
  const last = units.findIndex((unit) => {
    records += unit.length;
    return records >= AT_ONCE;
  });
  return last === -1 ? units : units.slice(0, last + 1);
}

/** The client's record is whole: what was fetched back stays for its days from now on, and the rest is looked through. */
export async function endFetch(transaction: Transaction, clientId: string): Promise<void> {
  await transaction.run('INSERT OR IGNORE INTO clients_to_age (client_id) VALUES (?)', [clientId]);
  const word = await readRetention(transaction);
  if (word === undefined) {
    // Without the server's time nothing ages out, and nothing needs a stay.
    await transaction.run('DELETE FROM fetched_back WHERE client_id = ?', [clientId]);
    return;
  }
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

/** Erases a record and keeps which version was here, so that the same one does not come back by itself. */
async function erase(transaction: Transaction, touched: Touched, key: ResourceKey): Promise<void> {
  await transaction.run(
    `INSERT OR REPLACE INTO aged_out (key, type, client_id, status, date, version_id, server_time)
     SELECT key, type, client_id, status, date, version_id, server_time FROM records WHERE key = ?`,
    [key],
  );
  const row = await readRecord(transaction, key);
  if (row !== undefined) await deleteRecord(transaction, touched, row);
}
