import type { AuditLinkAction } from '@fieldchart/clinical';
import type { Database } from '@fieldchart/encrypted-sqlite';
import { isCodedError, type Logger, toInstant } from '@fieldchart/foundation';
import { FREE_ATTEMPTS, type LockedEvent, type Vault } from '@fieldchart/key-vault';
import type { AuditChain } from '@fieldchart/record-store';
import type { DeviceProfile } from './platform.ts';

type Link = readonly [AuditLinkAction, Readonly<Record<string, string>>];

/** Which success brought the events to light. */
export type Occasion = 'enrolment' | 'unlock' | 'rescue' | 'signing' | 'secret-change' | 'removal';

/**
 * Writes down, in the audit chain of the open database, what the vault kept while it was closed. An event is struck
 * from the vault's list only after its links are durable here: killed in between, it comes again, and the links that stand
 * already are known by its id. Wrong secrets at a signature are told twice on purpose, as each happened and as their
 * sum: a kill between the counter and the first of these links would lose them otherwise.
 */
export type TellLockedEvents = (events: readonly LockedEvent[], occasion: Occasion) => Promise<void>;

export function createTelling(options: {
  readonly database: Database;
  readonly audit: AuditChain;
  readonly vault: Vault;
  readonly userId: string;
  /** Id of the signing key. */
  readonly deviceId: string;
  readonly logger: Logger;
}): TellLockedEvents {
  const { database, audit, vault, userId, logger } = options;
  const isTold = async (action: AuditLinkAction, id: string): Promise<boolean> => {
    const rows = await database.all(
      'SELECT 1 AS told FROM audit_links WHERE action = ? AND instr(details, ?) > 0 LIMIT 1',
      [action, JSON.stringify(id)],
    );
    return rows.length > 0;
  };
  return async (events, occasion) => {
    for (const event of events) {
      for (const [action, details] of linksOf(event, occasion, options.deviceId)) {
        if (!(await isTold(action, event.id))) await audit.append(action, details);
      }
    }
    if (events.length === 0) return;
    try {
      await vault.told(
        userId,
        events.map(({ id }) => id),
      );
    } catch (error) {
      // They are durable here: all that comes of it is that they are asked about once more.
      logger.warn('locked-events-not-struck', { code: isCodedError(error) ? error.code : 'UNKNOWN' });
    }
  };
}

/**
 * Other records of the same person on this device that did not open cannot say so themselves: this one, which did, says it
 * for them, each by the id of its device. Told and struck off as the events of one's own.
 */
export async function tellUnopened(
  options: Omit<Parameters<typeof createTelling>[0], 'userId' | 'deviceId'> & {
    readonly profile: DeviceProfile;
    readonly profiles: readonly DeviceProfile[];
  },
  occasion: Occasion,
): Promise<void> {
  const { profile, profiles, vault } = options;
  for (const { userId, deviceId, practitionerId, organizationId } of profiles) {
    const isOther = userId !== profile.userId;
    if (!isOther || practitionerId !== profile.practitionerId || organizationId !== profile.organizationId)
      continue;
    const events = (await vault.untold(userId)).filter(({ kind }) => kind === 'did-not-open');
    await createTelling({ ...options, userId, deviceId })(events, occasion);
  }
}

/** Every chain begins with who was added; an enrolment killed before it could say so is made up for. */
export async function tellUserAdded(database: Database, audit: AuditChain, ticketId: string): Promise<void> {
  const rows = await database.all(`SELECT 1 AS told FROM audit_links WHERE action = 'user-added' LIMIT 1`);
  if (rows.length === 0) await audit.append('user-added', { ticket: ticketId });
}

function linksOf(event: LockedEvent, occasion: Occasion, deviceId: string): readonly Link[] {
  const { id, count } = event;
  const span = { first: toInstant(event.first), last: toInstant(event.at) };
  const told = { event: id, count: String(count), ...span };
  switch (event.kind) {
    case 'failures': {
      const waits = Math.max(0, count - FREE_ATTEMPTS);
      const erased: Record<string, string> = event.erased === true ? { erased: 'by-policy' } : {};
      const failures: Link = ['unlock-failures', { ...told, before: occasion, ...erased }];
      if (waits === 0) return [failures];
      return [failures, ['delay', { event: id, count: String(waits), last: span.last }]];
    }
    case 'rescue-requested':
      return [['rescue-requested', told]];
    case 'rescued':
      return [['rescued', { ...told, device: deviceId }]];
    case 'secret-changed':
      return [['secret-changed', told]];
    case 'did-not-open':
      return [['record-did-not-open', { ...told, code: event.code ?? '', device: deviceId }]];
  }
}
