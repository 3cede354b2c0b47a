import { type FhirResource, resourceKey } from '@fieldchart/clinical';
import type { Transaction } from '@fieldchart/encrypted-sqlite';
import { applyVersion } from './applyVersion.ts';
import type { ChangeDeps } from './recordChange.ts';
import type { PulledEntry, PulledVersion, RecordStore } from './recordStore.ts';
import { endFetch } from './retention.ts';
import { writeRetention } from './retentionWord.ts';
import type { RecordRow } from './rows.ts';
import { createTouched, touch, type Touched } from './touched.ts';
import { deleteRecord } from './writeRecord.ts';

type Pull = Pick<
  RecordStore,
  'cursor' | 'applyPage' | 'clientsToFetch' | 'applyEverythingPage' | 'clientsToErase' | 'loadCaseload'
>;

/** Resources of the starter caseload in one transaction: progress shows, and no screen waits long. */
const CHUNK = 250;

/** The half of the store that receives. */
export function createPull({ database, announcer }: ChangeDeps): Pull {
  const commit = async <T>(work: (transaction: Transaction, touched: Touched) => Promise<T>): Promise<T> => {
    const touched = createTouched();
    const result = await database.transaction(async (transaction) => await work(transaction, touched));
    announcer.announce(touched);
    return result;
  };

  return {
    async cursor() {
      const [row] = await database.all<{ value: string }>(
        "SELECT value FROM sync_state WHERE name = 'cursor'",
      );
      return row?.value;
    },

    async applyPage({ entries, cursor, retention }) {
      await commit(async (transaction, touched) => {
        if (retention !== undefined) await writeRetention(transaction, retention);
        for (const entry of entries) await applyEntry(transaction, touched, entry);
        await writeCursor(transaction, cursor);
      });
    },

    async clientsToFetch() {
      const rows = await database.all<{ client_id: string; next: string | null }>(
        // Who was only asked for is read from the start each time: they are few, and the wish must not outlive its answer.
        `SELECT client_id, next FROM (SELECT client_id, next, rowid AS place FROM clients_to_fetch
         UNION ALL SELECT client_id, NULL, NULL FROM fetched_back
         WHERE until IS NULL AND client_id NOT IN (SELECT client_id FROM clients_to_fetch))
         ORDER BY place IS NULL, place`,
      );
      return rows.map(({ client_id: clientId, next }) => ({ clientId, next }));
    },

    async applyEverythingPage({ clientId, versions, next }) {
      await commit(async (transaction, touched) => {
        for (const version of versions) await applyVersion(transaction, touched, version);
        if (next === null) {
          await transaction.run('DELETE FROM clients_to_fetch WHERE client_id = ?', [clientId]);
          await forgetMadeUnderReview(transaction, touched, clientId);
          await endFetch(transaction, clientId);
          touch(touched, `Patient/${clientId}`, clientId);
        } else {
          await transaction.run('UPDATE clients_to_fetch SET next = ? WHERE client_id = ?', [next, clientId]);
        }
      });
    },

    async clientsToErase() {
      const rows = await database.all<{ client_id: string }>('SELECT client_id FROM clients_to_erase');
      return rows.map(({ client_id: clientId }) => clientId);
    },

    async loadCaseload({ resources, cursor, onProgress }) {
      for (let done = 0; done < resources.length; done += CHUNK) {
        const chunk = resources.slice(done, done + CHUNK);
        await commit(async (transaction, touched) => {
          for (const resource of chunk) await applyVersion(transaction, touched, toVersion(resource));
        });
        onProgress?.(done + chunk.length, resources.length);
      }
      // Last: a load that was cut short is not taken for a whole one.
      await commit(async (transaction) => {
        await writeCursor(transaction, cursor);
      });
    },
  };
}

/** What was made here and handed to the inbox before access came back: the server does not have it, unless it accepts it. */
async function forgetMadeUnderReview(
  transaction: Transaction,
  touched: Touched,
  clientId: string,
): Promise<void> {
  const rows = await transaction.all<RecordRow>(
    `SELECT * FROM records WHERE client_id = ? AND version_id IS NULL AND key IN (SELECT key FROM under_review)
     AND key NOT IN (SELECT key FROM outbox UNION SELECT key FROM conflicts)`,
    [clientId],
  );
  for (const row of rows) await deleteRecord(transaction, touched, row);
}

function toVersion(resource: FhirResource): PulledVersion {
  return {
    kind: 'version',
    key: resourceKey(resource),
    resource,
    versionId: resource.meta?.versionId ?? '0',
    serverTime: resource.meta?.lastUpdated ?? '',
  };
}

async function writeCursor(transaction: Transaction, cursor: string): Promise<void> {
  await transaction.run("INSERT OR REPLACE INTO sync_state (name, value) VALUES ('cursor', ?)", [cursor]);
}

async function applyEntry(transaction: Transaction, touched: Touched, entry: PulledEntry): Promise<void> {
  switch (entry.kind) {
    case 'version':
      await applyVersion(transaction, touched, entry);
      return;
    case 'access-gained': {
      const stays = await transaction.run('DELETE FROM clients_to_erase WHERE client_id = ?', [
        entry.clientId,
      ]);
      // What waits for a client is sent or handed over according to this.
      if (stays.changes > 0) touched.outbox = true;
      await transaction.run('INSERT OR IGNORE INTO clients_to_fetch (client_id) VALUES (?)', [
        entry.clientId,
      ]);
      return;
    }
    case 'access-lost': {
      await transaction.run('DELETE FROM clients_to_fetch WHERE client_id = ?', [entry.clientId]);
      await transaction.run('DELETE FROM fetched_back WHERE client_id = ? AND until IS NULL', [
        entry.clientId,
      ]);
      // An opening names all who ever left: most of them were never on this device.
      const leaves = await transaction.run(
        `INSERT OR IGNORE INTO clients_to_erase (client_id) SELECT ?
         WHERE EXISTS (SELECT 1 FROM records WHERE client_id = ?) OR EXISTS (SELECT 1 FROM outbox WHERE client_id = ?)`,
        [entry.clientId, entry.clientId, entry.clientId],
      );
      if (leaves.changes > 0) touched.outbox = true;
      return;
    }
  }
}
