import { LONGEST_RESCUE_TEXT, rescueSubmission } from '@fieldchart/clinical';
import { fail, toInstant } from '@fieldchart/foundation';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { AuthFailure } from '../identity/authFailure.ts';
import { grantToken } from '../identity/grantToken.ts';
import { registerDevice } from '../identity/registerDevice.ts';
import { readAnswer, submitRescue } from '../identity/rescueDesk.ts';
import type { Actor } from '../write/mutation.ts';
import type { ServerContext } from './context.ts';

/** `/auth/register` and `/auth/token`. Every attempt that names somebody is audited, good or bad. */
export function addAuthRoutes(app: FastifyInstance, context: ServerContext, attemptsPerMinute: number): void {
  const options = { config: { rateLimit: { max: attemptsPerMinute, timeWindow: '1 minute' } } };
  app.post('/auth/register', options, async (request, reply) => {
    const { db, organization, clock, audit } = context;
    const registered = await registerDevice({ db, now: clock.now() }, organization, request.body);
    if (!registered.ok) {
      await audit(failed('registration', registered.error, request.ip));
      return sendFailure(reply, registered.error, clock.now());
    }
    const { answer, practitionerId, created } = registered.value;
    await audit({
      action: 'registration',
      actor: { practitionerId, deviceId: answer.device_id, role: 'system', address: request.ip },
      outcome: '0',
    });
    return reply.code(created ? 201 : 200).send(answer);
  });

  app.post('/auth/token', options, async (request, reply) => {
    const { db, organization, clock, random, audit } = context;
    const granted = await grantToken({ db, now: clock.now(), random }, organization, request.body);
    if (!granted.ok) {
      await audit(failed('login', granted.error, request.ip));
      return sendFailure(reply, granted.error, clock.now());
    }
    await audit({ action: 'login', actor: { ...granted.value.actor, address: request.ip }, outcome: '0' });
    return reply.send(granted.value.answer);
  });
}

/** `/auth/rescue`: without a token, since who asks has lost the key that gets one. */
export function addRescueRoutes(
  app: FastifyInstance,
  context: ServerContext,
  attemptsPerMinute: number,
): void {
  const options = {
    config: { rateLimit: { max: attemptsPerMinute, timeWindow: '1 minute' } },
    bodyLimit: 2 * LONGEST_RESCUE_TEXT,
  };
  app.post('/auth/rescue', options, async (request, reply) => {
    const asked = rescueSubmission.safeParse(request.body);
    const submitted = asked.success
      ? await submitRescue(context, asked.data.request, request.ip)
      : fail({ kind: 'malformed' as const });
    if (submitted.ok) return reply.code(201).send(submitted.value);
    return reply
      .code(400)
      .send({ error: 'invalid_request', error_description: `the request is ${submitted.error.kind}` });
  });

  app.get<{ Params: { id: string } }>('/auth/rescue/:id', options, async (request, reply) => {
    const answer = await readAnswer(context, request.params.id);
    return answer === undefined
      ? reply.code(404).send({ error: 'invalid_request', error_description: 'there is no answer yet' })
      : reply.send(answer);
  });
}

function failed(action: 'login' | 'registration', failure: AuthFailure, address: string) {
  const actor: Actor = {
    practitionerId: failure.practitionerId ?? null,
    deviceId: null,
    role: 'system',
    address,
  };
  return { action, actor, outcome: '4', details: { error: failure.kind, ...failure.details } } as const;
}

function sendFailure(reply: FastifyReply, failure: AuthFailure, now: number): FastifyReply {
  return reply.code(failure.status).send({
    error: failure.kind,
    error_description: failure.text,
    ...(failure.kind === 'clock_skew' ? { server_time: toInstant(now) } : {}),
  });
}
