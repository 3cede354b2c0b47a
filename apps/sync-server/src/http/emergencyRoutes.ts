import {
  EMERGENCY_PATH,
  emergencyGrantToParameters,
  parametersToEmergencyRequest,
} from '@fieldchart/clinical';
import { fail, ok } from '@fieldchart/foundation';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { listAccess, markReviewed } from '../emergency/emergencyDesk.ts';
import { endAccess } from '../emergency/endAccess.ts';
import { type EmergencyRefusal, grantAccess } from '../emergency/grantAccess.ts';
import { RequestRefused } from '../fhir/answer.ts';
import { type Refusal, refusal } from '../write/mutation.ts';
import { type ServerContext, authenticate } from './context.ts';
import { type Answered, createDeskHandler } from './deskHandler.ts';
import { FHIR_JSON } from './errorAnswers.ts';

const RETRY_SECONDS = 600;

const refusals: Readonly<Record<EmergencyRefusal['kind'], Refusal>> = {
  off: refusal(403, 'forbidden', 'the organisation gives no emergency access'),
  'too-many': refusal(429, 'throttled', 'too many were asked for within the hour'),
  nobody: refusal(404, 'not-found', 'there is not one client who is exactly this one'),
};

/** A clinician breaks the glass. */
export function addEmergencyAccess(app: FastifyInstance, context: ServerContext): void {
  app.post(EMERGENCY_PATH, async (request, reply) => {
    const actor = await authenticate(context, request, 'access/emergency');
    const asked = parametersToEmergencyRequest(request.body);
    if (!asked.ok) {
      throw new RequestRefused(
        asked.error.kind === 'short-reason'
          ? refusal(422, 'business-rule', 'a reason is needed', 'Parameters.parameter')
          : refusal(422, 'structure', 'the request is malformed', 'Parameters.parameter'),
      );
    }
    const { practitionerId } = actor;
    if (practitionerId === null) throw new Error('a token without a practitioner');
    const granted = await grantAccess(context, { ...actor, practitionerId }, asked.value);
    if (!granted.ok) {
      const { kind } = granted.error;
      const headers = kind === 'too-many' ? { 'retry-after': String(RETRY_SECONDS) } : {};
      throw new RequestRefused(refusals[kind], { headers });
    }
    return reply.type(FHIR_JSON).send(emergencyGrantToParameters(granted.value));
  });
}

const byId = z.strictObject({ id: z.string().min(1).max(128) });

/** What supervisors and administrators do with it. */
export function addEmergencyDesk(app: FastifyInstance, context: ServerContext, operatorToken: string): void {
  const asked = createDeskHandler(context, { operatorToken, scope: 'desk/review' });
  app.get(
    '/admin/emergency-access',
    asked(z.object({}), async (_body, actor) => ok(await listAccess(context, actor))),
  );
  app.post(
    '/admin/emergency-access/end',
    asked(byId, async ({ id }, actor) => done(await endAccess(context, id, actor))),
  );
  app.post(
    '/admin/emergency-access/reviewed',
    asked(byId, async ({ id }, actor) => done(await markReviewed(context, id, actor))),
  );
}

function done(found: boolean): Answered {
  return found ? ok({ done: true }) : fail({ kind: 'not-found' });
}
