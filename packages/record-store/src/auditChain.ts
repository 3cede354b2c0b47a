import { type AuditLink, type AuditLinkAction, FIRST_PREVIOUS, auditLinkContent } from '@fieldchart/clinical';
import type { Database, Transaction } from '@fieldchart/encrypted-sqlite';
import { type Clock, type HashText, type Random, randomUuid, toInstant } from '@fieldchart/foundation';

/** The device's own audit trail: append-only, each link holding the hash of the one before. */
export interface AuditChain {
  /** Durable when resolved. Details hold counts, times and ids only. */
  append(action: AuditLinkAction, details?: Readonly<Record<string, string>>): Promise<void>;
  /** Appends in a transaction of what it tells of: neither is there without the other. */
  appendWithin(
    transaction: Transaction,
    action: AuditLinkAction,
    details: Readonly<Record<string, string>>,
  ): Promise<void>;
  /** The oldest links that the server has not confirmed, in order. */
  unsent(limit: number): Promise<readonly KeptLink[]>;
  /**
   * The server took an upload. `sent` is the highest number in it; `upTo` the one up to which the server says that it
   * misses nothing. Links after `upTo` that had been sent before are sent again: a server that was restored from a
   * backup has lost them. A link that is missing here as well is not waited for: the server reports it.
   */
  confirm(upload: { readonly sent: number; readonly upTo: number }): Promise<void>;
}

export interface KeptLink {
  /** Id of the AuditEvent in which it travels: the same at every try. */
  readonly id: string;
  readonly link: AuditLink;
}

type LinkRow = {
  readonly number: number;
  readonly id: string;
  readonly at: string;
  readonly action: AuditLinkAction;
  readonly details: string;
  readonly previous: string;
  readonly hash: string;
};

/** The chain in a user's database, whose schema the record store keeps. */
export function createAuditChain(deps: {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly hash: HashText;
}): AuditChain {
  const { database } = deps;
  const appendWithin: AuditChain['appendWithin'] = async (transaction, action, details) => {
    const [last] = await transaction.all<{ number: number; hash: string }>(
      'SELECT number, hash FROM audit_links ORDER BY number DESC LIMIT 1',
    );
    const link = {
      number: (last?.number ?? 0) + 1,
      at: toInstant(deps.clock.now()),
      action,
      details,
      previous: last?.hash ?? FIRST_PREVIOUS,
    };
    const hash = await deps.hash(auditLinkContent(link));
    await transaction.run(
      'INSERT INTO audit_links (number, id, at, action, details, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
      [link.number, randomUuid(deps.random), link.at, action, JSON.stringify(details), link.previous, hash],
    );
  };
  return {
    appendWithin,
    append: (action, details = {}) =>
      database.transaction(async (transaction) => await appendWithin(transaction, action, details)),
    async unsent(limit) {
      const rows = await database.all<LinkRow>(
        `SELECT number, id, at, action, details, previous, hash FROM audit_links
         WHERE sent = 0 ORDER BY number LIMIT ?`,
        [limit],
      );
      return rows.map(({ id, details, ...rest }) => ({
        id,
        link: { ...rest, details: JSON.parse(details) as Record<string, string> },
      }));
    },
    confirm: ({ sent, upTo }) =>
      database.transaction(async (transaction) => {
        const [next] = await transaction.all<{ sent: number }>(
          'SELECT sent FROM audit_links WHERE number = ?',
          [upTo + 1],
        );
        const lost = next?.sent === 1;
        await transaction.run('UPDATE audit_links SET sent = 1 WHERE sent = 0 AND number <= ?', [
          lost ? upTo : Math.max(sent, upTo),
        ]);
        if (lost) {
          await transaction.run('UPDATE audit_links SET sent = 0 WHERE sent = 1 AND number > ?', [upTo]);
        }
      }),
  };
}
