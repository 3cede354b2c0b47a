import { type Logger, isCodedError } from '@fieldchart/foundation';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RequestRefused, toOutcome } from '../fhir/answer.ts';
import { type Refusal, refusal } from '../write/mutation.ts';

export const FHIR_JSON = 'application/fhir+json; charset=utf-8';

/** Every error answers as OperationOutcome (`/auth/…`: as OAuth error), and says nothing of the server's inside. */
export function addErrorAnswers(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler(async (error: unknown, request, reply) => {
    if (error instanceof RequestRefused) {
      reply.headers(error.headers);
      return send(request, reply, error.refusals);
    }
    const known = toRefusal(error);
    if (known.status >= 500) {
      logger.error('request failed', {
        route: request.routeOptions.url,
        code: isCodedError(error) ? error.code : codeOf(error),
      });
    }
    return send(request, reply, [known]);
  });
}

function send(request: FastifyRequest, reply: FastifyReply, refusals: readonly Refusal[]): FastifyReply {
  const [first] = refusals;
  const status = first?.status ?? 500;
  if (request.url.startsWith('/auth/')) {
    return reply
      .code(status)
      .type('application/json')
      .send({ error: 'invalid_request', error_description: first?.text });
  }
  return reply
    .code(status)
    .type(FHIR_JSON)
    .send(toOutcome(...refusals));
}

/** SQLSTATEs of text that PostgreSQL cannot hold: a NUL, half a character. */
const IMPOSSIBLE_TEXT = new Set(['22021', '22P05']);

function toRefusal(error: unknown): Refusal {
  if (IMPOSSIBLE_TEXT.has(codeOf(error))) return refusal(400, 'value', 'a character is not allowed');
  const status = statusOf(error);
  switch (status) {
    case 413:
      return refusal(413, 'too-long', 'the body is over the limit');
    case 415:
      return refusal(415, 'not-supported', 'the content type is not application/fhir+json');
    case 429:
      return refusal(429, 'throttled', 'too many requests: try again later');
    default:
      return status >= 400 && status < 500
        ? refusal(status, 'invalid', 'the request is malformed')
        : refusal(500, 'exception', 'the server failed; nothing was changed');
  }
}

function statusOf(error: unknown): number {
  return typeof error === 'object' &&
    error !== null &&
    'statusCode' in error &&
    typeof error.statusCode === 'number'
    ? error.statusCode
    : 500;
}

function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error) return String(error.code);
  return error instanceof Error ? error.name : 'unknown';
}
