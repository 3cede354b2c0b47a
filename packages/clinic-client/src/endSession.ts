import { CodedError, isCodedError, type Logger, type Timers } from '@fieldchart/foundation';
import type { OpenSession } from './session.ts';

/** Milliseconds after which a lock that waits for the disk says so. */
const PATIENCE = 2_000;
/** Milliseconds that closing may take once everything is on the disk. */
const CLOSING = 10_000;

/**
 * Ends a session: E5 without breaking D1. Where a disk that does not take the last keystrokes sets the two against each
 * other, this is the decision:
 *
 * 1. The screen was blanked when the lock was asked for, before this began: nobody reads on, nobody types on.
 * 2. Words that exist in memory alone are not thrown away to keep a promise about memory: the session, its keys and the
 *    worker stay for as long as the disk refuses, and writing is tried again and again. It ends by itself the moment the disk
 *    takes them. `onUnsaved` has the screen say so.
 * 3. The user alone may give them up, by name of what is lost: `abandoned`.
 * 4. After that nothing holds the keys. They are discarded whatever fails or hangs on the way out.
 *
 * `last` runs once all is written and the database is still open. Rejects `SESSION_NOT_CLOSED` where closing did not
 * answer: the keys are gone, the worker may live, and the page or app has to be closed.
 */
export async function endSession(options: {
  readonly session: OpenSession;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly onUnsaved: () => void;
  readonly abandoned: Promise<void>;
  readonly last: () => Promise<void>;
}): Promise<void> {
  const { session, timers, logger } = options;
  const cancel = timers.after(PATIENCE, () => {
    logger.warn('lock-waits-for-disk');
    options.onUnsaved();
  });
  const outcome = await Promise.race([
    session.saved().then(() => 'saved' as const),
    options.abandoned.then(() => 'abandoned' as const),
  ]);
  cancel();
  try {
    if (outcome === 'saved') await options.last();
  } finally {
    await close(options, outcome);
  }
}

async function close(
  { session, timers, logger }: Pick<Parameters<typeof endSession>[0], 'session' | 'timers' | 'logger'>,
  outcome: 'saved' | 'abandoned',
): Promise<void> {
  let cancel = () => {};
  const late = new Promise<'late'>((resolve) => {
    cancel = timers.after(CLOSING, () => resolve('late'));
  });
  try {
    const closing = outcome === 'saved' ? session.close() : session.abandon();
    if ((await Promise.race([closing, late])) === 'late') {
      throw new CodedError('SESSION_NOT_CLOSED', 'The database did not answer when it was closed');
    }
  } catch (error) {
    // All is written, and what failed to close is used by nobody any more: the next unlock opens it anew.
    logger.error('session-close-failed', { code: isCodedError(error) ? error.code : 'UNKNOWN' });
    if (isCodedError(error, 'SESSION_NOT_CLOSED')) throw error;
  } finally {
    cancel();
    session.discardKeys();
  }
}
