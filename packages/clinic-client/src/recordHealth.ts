import type { Database } from '@fieldchart/encrypted-sqlite';
import { isCodedError, type Logger, type Timers } from '@fieldchart/foundation';
import { startIntegrityCheck } from '@fieldchart/record-store';

/** Whether the open record is known to be damaged, by the check that runs beside the work or by a read that met it. */
export interface RecordHealth {
  damaged(): boolean;
  subscribe(listener: () => void): () => void;
  /** Takes a fault that a read met; all but damage is left alone. */
  met(error: unknown): void;
  stop(): void;
}

/** How damage was found: the table that the check was reading, or the code that a read met. */
export type DamageFinding = { readonly table: string } | { readonly code: string };

export function watchHealth(options: {
  readonly database: Database;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Once, when damage is first known. */
  readonly onDamage: (finding: DamageFinding) => Promise<void>;
}): RecordHealth {
  const { database, timers, logger } = options;
  const listeners = new Set<() => void>();
  let damaged = false;
  const found = (finding: DamageFinding) => {
    if (damaged) return;
    damaged = true;
    logger.error('record-damaged', { ...finding });
    options.onDamage(finding).catch(() => logger.warn('damage-not-remembered'));
    for (const listener of listeners) listener();
  };
  const stop = startIntegrityCheck({
    database,
    timers,
    onDamage: (table) => found({ table }),
  });
  return {
    damaged: () => damaged,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    met(error) {
      if (isCodedError(error, 'DATABASE_CORRUPT', 'DATABASE_KEY_OR_DAMAGE')) found({ code: error.code });
    },
    stop,
  };
}
