import {
  clientGroups,
  type ClientGroup,
  type ClientGroupKind,
  type FhirResource,
} from '@fieldchart/clinical';
import type { Database, SqlValue, Statement } from '@fieldchart/encrypted-sqlite';

/** A group of clients, and how many of this device's clients are in it. */
export interface CountedGroup extends ClientGroup {
  readonly clients: number;
}

/** What a list is narrowed to. */
export type ChosenGroup = Pick<ClientGroup, 'kind' | 'value'>;

/** Writes the groups that a record puts its client into, in the place of those it put them into before. */
export function groupStatements(key: string, clientId: string | null, resource: FhirResource): Statement[] {
  const groups = clientId === null ? [] : clientGroups(resource);
  return [
    { sql: 'DELETE FROM client_groups WHERE key = ?', params: [key] },
    ...groups.map(({ kind, value, label }) => ({
      sql: 'INSERT INTO client_groups (key, kind, value, label, client_id) VALUES (?, ?, ?, ?, ?)',
      params: [key, kind, value, label, clientId],
    })),
  ];
}

/** Every group of this device's clients, by kind and label. */
export async function readGroups(database: Database): Promise<readonly CountedGroup[]> {
  const rows = await database.all<{ kind: ClientGroupKind; value: string; label: string; clients: number }>(
    `SELECT kind, value, min(label) AS label, count(DISTINCT client_id) AS clients FROM client_groups
     GROUP BY kind, value ORDER BY kind, min(label), value`,
  );
  return rows.map((row) => ({ ...row }));
}

/** The condition that a row `c` of `clients` is in a group. */
export function inGroupSql({ kind, value }: ChosenGroup): { sql: string; params: readonly SqlValue[] } {
  return {
    sql: 'c.client_id IN (SELECT client_id FROM client_groups WHERE kind = ? AND value = ?)',
    params: [kind, value],
  };
}
