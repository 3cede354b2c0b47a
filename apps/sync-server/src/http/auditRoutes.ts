import type { FastifyInstance } from 'fastify';
import { RequestRefused } from '../fhir/answer.ts';
import { toSearchset } from '../fhir/readResource.ts';
import { searchAudit } from '../fhir/searchAudit.ts';
import { permits } from '../identity/scopes.ts';
import { refusal } from '../write/mutation.ts';
import { type ServerContext, readBearer } from './context.ts';
import { FHIR_JSON } from './errorAnswers.ts';
import { readPage } from './readQuery.ts';

/** The audit trail, for administrators alone. That it was looked at, or tried to be, is an event of it too (S3). */
export function addAuditRoutes(app: FastifyInstance, context: ServerContext): void {
  app.get('/fhir/AuditEvent', async (request, reply) => {
    const { actor, scope } = await readBearer(context, request);
    const { all, count, offset, pageFrom } = readPage(request, 'AuditEvent');
    const event = { action: 'search', actor, query: pageFrom(offset) } as const;
    if (!permits(scope, 'user/AuditEvent.s')) {
      await context.audit({ ...event, outcome: '4' });
      throw new RequestRefused(refusal(403, 'forbidden', 'the audit trail is for administrators'));
    }
    const { events, total } = await searchAudit(context.db, { query: all, count, offset });
    await context.audit({ ...event, outcome: '0' });
    const next = offset + events.length < total ? pageFrom(offset + count) : undefined;
    return reply.type(FHIR_JSON).send(toSearchset(events, { self: pageFrom(offset), next, total }));
  });
}
