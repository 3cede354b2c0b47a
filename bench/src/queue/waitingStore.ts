import { type FhirResource, createNote, createPatient, withNoteSections } from '@fieldchart/clinical';
import type { Database, Statement, Transaction } from '@fieldchart/encrypted-sqlite';
import { openNodeDatabase } from '@fieldchart/encrypted-sqlite/node';
import { createSeededRandom, randomUuid, silentLogger, systemClock } from '@fieldchart/foundation';
import { type Change, type RecordStore, openRecordStore } from '@fieldchart/record-store';

export const AUTHOR = 'ana';

/** What one call writes, and how: alone, or as one group. */
export interface StoreShape {
  readonly name: string;
  /** Entries that one call makes. */
  readonly perCall: number;
  /** New records; the call of number 0 comes first. */
  call(at: number): readonly FhirResource[];
}

const random = createSeededRandom(11);
const CLIENT = randomUuid(random);

const client = (id: string): FhirResource =>
  createPatient({
    id,
    organizationId: 'org',
    given: 'Noor',
    family: 'Ångström',
    birthDate: '1980-02-03',
    gender: 'female',
    phone: '(406) 555-0137',
    line: '12 Mill Road',
    city: 'Harlan',
    state: 'MT',
    postalCode: '59718',
    language: 'en',
  });

const condition = (clientId: string): FhirResource => ({
  resourceType: 'Condition',
  id: randomUuid(random),
  code: { text: 'Primary insomnia' },
  subject: { reference: `Patient/${clientId}` },
  recordedDate: '2026-06-01',
});

const note = (clientId: string): FhirResource =>
  withNoteSections(
    createNote({
      id: randomUuid(random),
      clientId,
      encounterId: randomUuid(random),
      practitionerId: AUTHOR,
      practitionerName: 'Ana Ruiz',
      organizationId: 'org',
      format: 'DAP',
      title: 'Progress note',
      now: systemClock.now(),
    }),
    {},
  );

export const STORE_SHAPES: readonly StoreShape[] = [
  { name: 'independent', perCall: 1, call: () => [client(randomUuid(random))] },
  { name: 'one client', perCall: 1, call: (at) => [at === 0 ? client(CLIENT) : condition(CLIENT)] },
  {
    name: 'groups',
    perCall: 2,
    call: () => {
      const id = randomUuid(random);
      return [note(id), condition(id)];
    },
  },
];

/** A record store with so many entries waiting, in an encrypted file of its own. */
export interface WaitingStore {
  readonly store: RecordStore;
  /** One record out of the middle. */
  readonly some: FhirResource;
  /** Takes out again what was written since it was filled, and what was attempted waits again. */
  rewind(written: readonly FhirResource[]): Promise<void>;
  write(resources: readonly FhirResource[], basedOn: number): Promise<void>;
}

/** Calls that go through the store's own code; the rest of the waiting entries are copies of these. */
const WRITTEN_CALLS = 1000;

/** Fills it: as much as can be waited for through the store's own code, the rest as copies of its rows. */
export async function openWaitingStore(
  directory: string,
  shape: StoreShape,
  size: number,
): Promise<WaitingStore> {
  const database = await openNodeDatabase({ directory })({
    name: `${shape.name.replace(' ', '-')}-${size}.db`,
    key: random.bytes(32),
  });
  const open = (on: Database) =>
    openRecordStore({ database: on, clock: systemClock, random, logger: silentLogger });
  const store = await open(database);
  const calls = Math.min(Math.ceil(size / shape.perCall), WRITTEN_CALLS);
  let some: FhirResource | undefined;
  await database.transaction(async (transaction) => {
    const inside = await open(withoutCommits(transaction));
    for (let at = 0; at < calls; at += 1) {
      const resources = shape.call(at);
      await write(inside, resources, 0);
      if (at === Math.floor(calls / 2)) [some] = resources;
    }
  });
  const written = calls * shape.perCall;
  await database.batch(copyRows(Math.ceil(size / written) - 1));
  const [outbox] = await database.all<{ last: number; waiting: number }>(
    'SELECT max(sequence) AS last, count(*) AS waiting FROM outbox',
  );
  if (some === undefined || outbox === undefined || outbox.waiting < size * 0.99)
    throw new Error('Too few wait');
  const filled = [outbox.last];
  return {
    store,
    some,
    write: (resources, basedOn) => write(store, resources, basedOn),
    async rewind(fresh) {
      await database.batch([
        {
          sql: 'DELETE FROM needs WHERE entry IN (SELECT id FROM outbox WHERE sequence > ?)',
          params: filled,
        },
        { sql: 'DELETE FROM outbox WHERE sequence > ?', params: filled },
        ...fresh.flatMap(({ resourceType, id }) => [
          { sql: 'DELETE FROM records WHERE key = ?', params: [`${resourceType}/${id}`] },
          { sql: 'DELETE FROM clients WHERE client_id = ?', params: [id] },
        ]),
        {
          sql: `UPDATE outbox SET state = 'waiting', batch_id = NULL, if_match = NULL, body = NULL
                WHERE state = 'attempted'`,
        },
      ]);
    },
  };
}

/**
 * Copies of every record that waits, of its entry and of what the entry needs, under ids that begin with the copy's
 * number. The one client that others wait for is not copied: they go on waiting for that one.
 */
function copyRows(copies: number): readonly Statement[] {
  const numbers = `WITH RECURSIVE copy (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < ${copies})`;
  const shared = `SELECT needed FROM needs WHERE needed IN (SELECT id FROM outbox WHERE group_id IS NULL)`;
  const renamed = (key: string) =>
    `substr(${key}, 1, instr(${key}, '/')) || copy.n || '-' || substr(${key}, instr(${key}, '/') + 1)`;
  if (copies < 1) return [];
  return [
    {
      sql: `${numbers} INSERT INTO records (key, type, client_id, status, author, date, revision, resource)
        SELECT ${renamed('key')}, type, client_id, status, author, date, revision, resource FROM copy, records`,
    },
    {
      sql: `${numbers} INSERT INTO outbox (id, key, kind, author, state, group_id, barrier, client_id, blocked,
          draft, draft_since, ready_at)
        SELECT copy.n || '-' || id, ${renamed('key')}, kind, author, state, copy.n || '-' || group_id, barrier,
          client_id, blocked, draft, draft_since, ready_at
        FROM copy, outbox WHERE id NOT IN (${shared}) ORDER BY copy.n, sequence`,
    },
    {
      sql: `${numbers} INSERT INTO needs (entry, needed)
        SELECT copy.n || '-' || entry, CASE WHEN needed IN (${shared}) THEN needed ELSE copy.n || '-' || needed END
        FROM copy, needs WHERE entry NOT IN (${shared})`,
    },
  ];
}

async function write(store: RecordStore, resources: readonly FhirResource[], basedOn: number): Promise<void> {
  const changes = resources.map((resource): Change => ({ resource, basedOn }));
  const [only] = changes;
  if (changes.length === 1 && only !== undefined) await store.recordChange(only, AUTHOR);
  else await store.recordGroup(changes, AUTHOR);
}

/** The database from within one long transaction. */
function withoutCommits(transaction: Transaction): Database {
  return {
    all: (sql, params) => transaction.all(sql, params),
    async batch(statements) {
      const results = [];
      for (const { sql, params } of statements) results.push(await transaction.run(sql, params));
      return results;
    },
    transaction: (work) => work(transaction),
    close: () => Promise.resolve(),
  };
}
