import { CHANGES_PATH, LONGEST_WAIT_SECONDS, WAIT_PARAMETER } from '@fieldchart/clinical';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { RequestRefused } from '../fhir/answer.ts';
import { endExpired } from '../emergency/endAccess.ts';
import { awaitChanges } from '../fhir/awaitChanges.ts';
import { toChangesBundle } from '../fhir/changes.ts';
import { refuseCursor } from '../restore/refuseCursor.ts';
import { refusal } from '../write/mutation.ts';
import { type ServerContext, authenticate, authenticateHolder } from './context.ts';
import { FHIR_JSON } from './errorAnswers.ts';
import { readPageSize, readQuery, readSeconds } from './readQuery.ts';

/** A wait ends this long before the token does, so that its answer is still one. */
const TOKEN_MARGIN = 1000;

/** The change feed, which may be waited for. */
export function addChangesRoute(app: FastifyInstance, context: ServerContext): void {
  app.addHook('preClose', () => context.watch.stop());

  app.get(CHANGES_PATH, async (request, reply) => {
    const { actor, expiresAt } = await authenticateHolder(context, request, 'user/*.rs');
    const { single } = readQuery(request);
    const count = readPageSize(single.get('_count'), 200);
    const seconds = readSeconds(single.get(WAIT_PARAMETER), LONGEST_WAIT_SECONDS);
    const cursor = single.get('_cursor');
    const question = { practitionerId: actor.practitionerId ?? '', cursor, count };
    await endExpired(context);
    const outcome = await awaitChanges(context, question, {
      deviceId: actor.deviceId ?? '',
      milliseconds: Math.min(seconds * 1000, expiresAt - TOKEN_MARGIN - context.clock.now()),
      gone: whenClosed(reply),
      // The device may have been withdrawn, and the token may have ended, while it waited.
      stillAllowed: async () => void (await authenticate(context, request, 'user/*.rs')),
    });
    if (outcome.kind === 'stopping' || outcome.kind === 'gone') {
      throw new RequestRefused(refusal(503, 'transient', 'the server stops'), {
        headers: { connection: 'close', 'retry-after': '1' },
      });
    }
    if (outcome.kind === 'bad-cursor') return refuseCursor(context, actor, outcome.verdict);
    const { page } = outcome;
    // An empty page shows nothing: devices ask for it all the time.
    if (page.entries.length > 0) {
      await context.audit({
        action: 'sync-pull',
        actor,
        outcome: '0',
        what: page.entries.flatMap(({ response }) => response?.location ?? []),
      });
    }
    return reply.type(FHIR_JSON).send(toChangesBundle(page, count, context.clock.now()));
  });
}

/** Aborted when the connection ends before the answer has left. */
function whenClosed(reply: FastifyReply): AbortSignal {
  const closed = new AbortController();
  reply.raw.once('close', () => closed.abort());
  return closed.signal;
}
