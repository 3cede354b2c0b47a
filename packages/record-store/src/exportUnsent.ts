import type { Database, Transaction } from '@fieldchart/encrypted-sqlite';

/** What has not reached the server: entries of the outbox in their order, and this side of open conflicts. */
export interface UnsentWork {
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
  readonly conflicts: readonly { readonly key: string; readonly mine: unknown }[];
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
      ? 'SELECT key, mine FROM conflicts WHERE decided = 0 ORDER BY id'
      : `SELECT c.key, c.mine FROM conflicts c JOIN records r ON r.key = c.key
         WHERE c.decided = 0 AND r.client_id = ? ORDER BY c.id`,
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
  };
}
