import { CHANGES_PATH, LONGEST_WAIT_SECONDS, WAIT_PARAMETER } from '@fieldchart/clinical';
import type { Clock } from '@fieldchart/foundation';
import type { FhirClient } from './fhirClient.ts';
import { readFeedPage } from './readBundle.ts';

export type Watch =
  /** Something is there to pull. */
  | 'news'
  /** The wait is over, and nothing was. */
  | 'quiet'
  /** The server answers at once, with nothing or with a refusal: asking again would be a storm. */
  | 'unsupported'
  /** No answer, or none that says anything. */
  | 'lost';

/** A line that is silent for longer than the server ever waits is dead. */
const DEADLINE_MS = (LONGEST_WAIT_SECONDS + 10) * 1000;
const AT_ONCE_MS = 1000;

/** Asks the server to answer when something new is there (long poll). Reads one entry only: pulling is for the pull. */
export async function watchChanges(client: FhirClient, clock: Clock, cursor: string): Promise<Watch> {
  const asked = clock.now();
  const wait = `${WAIT_PARAMETER}=${String(LONGEST_WAIT_SECONDS - 5)}`;
  const path = `${CHANGES_PATH}?_count=1&${wait}&_cursor=${encodeURIComponent(cursor)}`;
  const answer = await client.read(path, { timeoutMs: DEADLINE_MS });
  const atOnce = clock.now() - asked < AT_ONCE_MS;
  // A cursor from before a restore is for the pull to understand.
  if (answer.kind === 'refused' && answer.status === 410) return 'news';
  if (answer.kind !== 'resource') return atOnce ? 'unsupported' : 'lost';
  const page = readFeedPage(answer.resource);
  if (page === undefined) return atOnce ? 'unsupported' : 'lost';
  if (page.entries.length + page.skipped > 0 || page.links['next'] !== undefined) return 'news';
  return atOnce ? 'unsupported' : 'quiet';
}
