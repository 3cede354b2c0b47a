import type { Result } from '@fieldchart/foundation';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { RequestRefused } from '../fhir/answer.ts';
import { type Actor, refusal } from '../write/mutation.ts';
import { type DeskAccess, type ServerContext, authenticateDesk } from './context.ts';

export type Answered = Result<object, { readonly kind: string }>;
export type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;
export type Asked = <Body>(
  schema: z.ZodType<Body>,
  answer: (body: Body, actor: Actor) => Promise<Answered>,
) => Handler;

/** Problems that are not "there is no such thing", but "not as things stand". */
const CONFLICTS = new Set(['decided', 'refused']);

/**
 * Makes handlers of the server's desk: for the operator of this machine and tokens of the scope. Every answer is JSON;
 * what is not there is 404 with the reason, what does not go as things stand 409.
 */
export function createDeskHandler(context: ServerContext, allowed: DeskAccess): Asked {
  return (schema, answer) => async (request, reply) => {
    const actor = await authenticateDesk(context, request, allowed);
    const body = schema.safeParse(request.body ?? {});
    if (!body.success) throw new RequestRefused(refusal(400, 'invalid', 'the request is malformed'));
    const answered = await answer(body.data, actor);
    if (answered.ok) return reply.send(answered.value);
    return reply.code(CONFLICTS.has(answered.error.kind) ? 409 : 404).send(answered.error);
  };
}
