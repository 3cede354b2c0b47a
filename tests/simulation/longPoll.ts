import { CHANGES_PATH, WAIT_PARAMETER } from '@fieldchart/clinical';
import type { HttpAnswer } from '@fieldchart/fhir-sync';
import type { Scheduler } from './scheduler.ts';
import type { ArrivedRequest } from './server/simulatedServer.ts';

export interface Asked {
  readonly scheduler: Scheduler;
  readonly handle: (request: ArrivedRequest) => Promise<HttpAnswer>;
  /** Changes with everything that is written: what was empty before is empty still while it is the same. */
  readonly written: () => number;
  /** False once the server has been restarted: nobody waits there any more. */
  readonly goesOn: () => boolean;
  readonly request: ArrivedRequest;
  readonly label: string;
}

/** How soon news is told to those who wait. */
const LOOK_EVERY_MS = 1000;

/**
 * The server's long poll in virtual time: an empty page of the feed is held back, and asked for again now and then,
 * until there is something on it or the wait is over. That the real server holds it back is proven elsewhere.
 */
export async function answerWhenThereIsNews(asked: Asked): Promise<HttpAnswer> {
  const { scheduler, handle, written, goesOn, request, label } = asked;
  const url = new URL(request.path, 'http://simulated');
  const seconds = Number(url.searchParams.get(WAIT_PARAMETER) ?? 0);
  if (url.pathname !== CHANGES_PATH || seconds === 0) return await scheduler.outside(handle(request));
  url.searchParams.delete(WAIT_PARAMETER);
  const atOnce = { ...request, path: `${url.pathname}${url.search}` };
  const end = scheduler.now() + seconds * 1000;
  for (;;) {
    const seen = written();
    const answer = await scheduler.outside(handle(atOnce));
    if (scheduler.now() >= end || !isEmptyPage(answer)) return answer;
    while (scheduler.now() < end && written() === seen) {
      await scheduler.turn(`${label} waits for news`, Math.min(LOOK_EVERY_MS, end - scheduler.now()));
      if (!goesOn()) return { status: 503, headers: {}, body: '' };
    }
  }
}

function isEmptyPage({ status, body }: HttpAnswer): boolean {
  return status === 200 && body.includes('"relation":"resume"') && body.includes('"entry":[]');
}
