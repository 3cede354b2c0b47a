import { type Logger, type Timers, isCodedError } from '@fieldchart/foundation';
import type { Database } from '../storage/openStorage.ts';
import { analyseStored } from './analyseStored.ts';

export interface AnalysisDeps {
  readonly db: Database;
  readonly timers: Timers;
  readonly logger: Logger;
}

const BATCH = 20;
/** Between batches, so that requests come in between. */
const PAUSE = 20;
const AFTER_FAILURE = 30_000;

/**
 * Analyses in the background what an analyser of another version, or none, has seen: batch by batch until there is
 * nothing left. What is done stays done, so that it goes on there after a kill. Resolves the returned function once
 * it has stopped.
 */
export function startAnalysis({ db, timers, logger }: AnalysisDeps): () => Promise<void> {
  let stopped = false;
  let analysed = 0;
  let running = Promise.resolve();
  let cancel = () => {};

  const later = (milliseconds: number) => {
    if (stopped) return;
    cancel = timers.after(milliseconds, () => {
      running = step();
    });
  };
  const step = async () => {
    try {
      const found = await analyseStored(db, BATCH);
      analysed += found;
      if (found > 0) later(PAUSE);
      else if (analysed > 0) logger.info('search is prepared', { rows: analysed });
    } catch (error) {
      logger.error('search could not be prepared', { code: isCodedError(error) ? error.code : 'unknown' });
      later(AFTER_FAILURE);
    }
  };
  running = step();
  return async () => {
    stopped = true;
    cancel();
    await running;
  };
}
