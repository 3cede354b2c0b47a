import { CURSOR_HEADER, REVIEW_PATH } from '@fieldchart/clinical';
import { fail, ok } from '@fieldchart/foundation';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { RequestRefused } from '../fhir/answer.ts';
import { parseBundle } from '../fhir/parseWrite.ts';
import { checkPushedCursor } from '../restore/refuseCursor.ts';
import { acceptReview } from '../review/acceptReview.ts';
import { receiveReview } from '../review/receiveReview.ts';
import { listReviews, readReview, setReviewAside } from '../review/reviewDesk.ts';
import { type ServerContext, readBearer } from './context.ts';
import { createDeskHandler } from './deskHandler.ts';
import { FHIR_JSON } from './errorAnswers.ts';
import { requireWriteScope } from './requireWriteScope.ts';

/** Late work of whoever has left a care team. */
export function addReviewInbox(app: FastifyInstance, context: ServerContext): void {
  app.post(REVIEW_PATH, async (request, reply) => {
    const holder = await readBearer(context, request);
    const { actor } = holder;
    const bundle = parseBundle(request.body);
    if (!bundle.ok) throw new RequestRefused(bundle.error.refusal);
    requireWriteScope(holder, bundle.value.entries);
    await checkPushedCursor(context, actor, request.headers[CURSOR_HEADER]);
    return reply.type(FHIR_JSON).send(await receiveReview(context, actor, bundle.value));
  });
}

const byId = z.strictObject({ id: z.string().min(1).max(128) });
const setAside = z.strictObject({
  id: z.string().min(1).max(128),
  reason: z.string().trim().min(1).max(1000),
});

/** What supervisors and administrators do with it. */
export function addReviewDesk(app: FastifyInstance, context: ServerContext, operatorToken: string): void {
  const asked = createDeskHandler(context, { operatorToken, scope: 'desk/review' });
  app.get(
    '/admin/review',
    asked(z.object({}), async (_body, actor) => ok(await listReviews(context, actor))),
  );
  app.post(
    '/admin/review/read',
    asked(byId, async ({ id }, actor) => {
      const item = await readReview(context, id, actor);
      return item === undefined ? fail({ kind: 'not-found' }) : ok(item);
    }),
  );
  app.post(
    '/admin/review/accept',
    asked(byId, ({ id }, actor) => acceptReview(context, id, actor)),
  );
  app.post(
    '/admin/review/set-aside',
    asked(setAside, ({ id, reason }, actor) => setReviewAside(context, { id, reason, actor })),
  );
}
