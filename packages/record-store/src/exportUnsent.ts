import type { Database, Transaction } from '@fieldchart/encrypted-sqlite';

/** What has not reached the server: nobody else has a copy of it. */
export interface UnsentWork {
  /** The outbox, in its order. */
  readonly entries: readonly {
    readonly mutationId: string;
    readonly sequence: number;
    readonly key: string;
    readonly kind: string;
    readonly author: string;
    readonly state: string;
    /** The resource; null for a delete. */
    readonly resource: unknown;
  }[];
  /** This side of conflicts, decided ones too: what was not chosen stands nowhere else. */
  readonly conflicts: readonly { readonly key: string; readonly mine: unknown }[];
  /** Texts that a mend, a decision or a withdrawn signature took the place of. */
  readonly superseded: readonly { readonly key: string; readonly resource: unknown }[];
}

export function isNothing({ entries, conflicts, superseded }: UnsentWork): boolean {
  return entries.length === 0 && conflicts.length === 0 && superseded.length === 0;
}

/**
 * Reads all unsent work whole, or one client's, to be sealed when the device or the client is taken from the user.
 * Changes nothing.
 */
export async function exportUnsent(
  database: Pick<Database | Transaction, 'all'>,
  clientId?: string,
): Promise<UnsentWork> {
  const of = clientId === undefined ? [] : [clientId];
  const entries = await database.all<{
    id: string;
    sequence: number;
    key: string;
    kind: string;
    author: string;
    state: string;
    body: string | null;
  }>(
    `SELECT o.id, o.sequence, o.key, o.kind, o.author, o.state, coalesce(o.body, r.resource) AS body
     FROM outbox o LEFT JOIN records r ON r.key = o.key
     ${clientId === undefined ? '' : 'WHERE o.client_id = ?'} ORDER BY o.sequence`,
    of,
  );
  const conflicts = await database.all<{ key: string; mine: string }>(
    clientId === undefined
      ? 'SELECT key, mine FROM conflicts ORDER BY id'
      : `SELECT c.key, c.mine FROM conflicts c JOIN records r ON r.key = c.key
         WHERE r.client_id = ? ORDER BY c.id`,
    of,
  );
  const superseded = await database.all<{ key: string; resource: string }>(
    `SELECT key, resource FROM superseded ${clientId === undefined ? '' : 'WHERE client_id = ?'} ORDER BY id`,
    of,
  );
  return {
    entries: entries.map(({ id, body, kind, ...rest }) => ({
      ...rest,
      kind,
      mutationId: id,
      resource: body === null || kind === 'delete' ? null : (JSON.parse(body) as unknown),
    })),
    conflicts: conflicts.map(({ key, mine }) => ({ key, mine: JSON.parse(mine) as unknown })),
    superseded: superseded.map(({ key, resource }) => ({ key, resource: JSON.parse(resource) as unknown })),
  };
}
