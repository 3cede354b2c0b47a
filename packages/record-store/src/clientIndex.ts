import {
  ANALYSER_VERSION,
  clientDocument,
  compileClientText,
  displayName,
  GROUPING_TYPES,
  type ClientClause,
  type Patient,
} from '@fieldchart/clinical';
import type { Database, SqlValue, Statement, Transaction } from '@fieldchart/encrypted-sqlite';
import { groupStatements } from './clientGroups.ts';
import { parseResource } from './rows.ts';

// What the client list reads of a Patient, and how a text is looked for in it.

/** Writes a client's row and its names as they may be misspelt. */
export async function writeClient(transaction: Transaction, patient: Patient): Promise<void> {
  for (const { sql, params } of clientStatements(patient)) await transaction.run(sql, params);
}

export async function deleteClient(transaction: Transaction, clientId: string | null): Promise<void> {
  await transaction.run('DELETE FROM clients WHERE client_id = ?', [clientId]);
  await transaction.run('DELETE FROM client_names WHERE client_id = ?', [clientId]);
}

/** Brings clients of another analyser up to date, `portion` of them. Answers how many. */
export async function indexClients(database: Database, portion: number): Promise<number> {
  const rows = await database.all<{ resource: string; revision: number }>(
    `SELECT r.resource, r.revision FROM clients c JOIN records r ON r.key = 'Patient/' || c.client_id
     WHERE c.analyser = 0 LIMIT ?`,
    [portion],
  );
  if (rows.length === 0) return 0;
  const patients = rows.map(({ resource, revision }) => ({
    patient: parseResource(resource) as Patient,
    revision,
  }));
  const grouping = await database.all<{ key: string; client_id: string; resource: string; revision: number }>(
    `SELECT key, client_id, resource, revision FROM records
     WHERE client_id IN (SELECT value FROM json_each(?)) AND type IN (SELECT value FROM json_each(?))`,
    [JSON.stringify(patients.map(({ patient }) => patient.id)), JSON.stringify(GROUPING_TYPES)],
  );
  await database.batch([
    ...patients.flatMap(({ patient, revision }) => [
      unmoved(`Patient/${patient.id}`, revision),
      ...clientStatements(patient),
    ]),
    ...grouping.flatMap(({ key, client_id: clientId, resource, revision }) => [
      unmoved(key, revision),
      ...groupStatements(key, clientId, parseResource(resource)),
    ]),
  ]);
  return rows.length;
}

/** A record that moved meanwhile undoes the portion. */
const unmoved = (key: string, revision: number): Statement => ({
  sql: 'UPDATE records SET revision = revision WHERE key = ? AND revision = ?',
  params: [key, revision],
  expectChanges: 1,
});

function clientStatements(patient: Patient): Statement[] {
  const { sortName, line, nameKeys } = clientDocument(patient);
  const keys = JSON.stringify(nameKeys);
  const city = patient.address?.find((address) => address.city !== undefined)?.city ?? null;
  return [
    {
      sql: `INSERT INTO clients (client_id, name, sort_name, search, birth_date, city, analyser) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (client_id) DO UPDATE SET name = excluded.name, sort_name = excluded.sort_name,
              search = excluded.search, birth_date = excluded.birth_date, city = excluded.city,
              analyser = excluded.analyser`,
      params: [
        patient.id,
        displayName(patient),
        sortName,
        line,
        patient.birthDate ?? null,
        city,
        ANALYSER_VERSION,
      ],
    },
    // A name has a dozen keys, each on a page of its own: only those that changed are written.
    {
      sql: 'DELETE FROM client_names WHERE client_id = ? AND key NOT IN (SELECT value FROM json_each(?))',
      params: [patient.id, keys],
    },
    {
      sql: 'INSERT OR IGNORE INTO client_names (key, client_id) SELECT value, ? FROM json_each(?)',
      params: [patient.id, keys],
    },
  ];
}

interface Sql {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

/**
 * Two conditions on a row `c` of `clients`: that it answers a text as typed, and that it does so if a misspelt name is
 * taken for the right one. Undefined where the text asks for nothing.
 */
export function clientTextSql(text: string): { readonly exact: Sql; readonly similar: Sql } | undefined {
  const clauses = compileClientText(text);
  if (clauses.length === 0) return undefined;
  return { exact: every(clauses.map(standing)), similar: every(clauses.map(standingOrMisspelt)) };
}

function standing({ texts }: ClientClause): Sql {
  return { sql: `(${texts.map(() => 'instr(c.search, ?) > 0').join(' OR ')})`, params: texts };
}

function standingOrMisspelt(clause: ClientClause): Sql {
  const { sql, params } = standing(clause);
  if (clause.keys.length === 0) return { sql, params };
  return {
    sql: `(${sql} OR c.client_id IN
      (SELECT client_id FROM client_names WHERE key IN (SELECT value FROM json_each(?))))`,
    params: [...params, JSON.stringify(clause.keys)],
  };
}

function every(parts: readonly Sql[]): Sql {
  return { sql: parts.map(({ sql }) => sql).join(' AND '), params: parts.flatMap(({ params }) => params) };
}
