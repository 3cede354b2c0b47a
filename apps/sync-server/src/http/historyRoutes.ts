import { isResourceType } from '@fieldchart/clinical';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RequestRefused } from '../fhir/answer.ts';
import { type HistoryVersion, readHistory, toHistoryBundle } from '../fhir/readHistory.ts';
import { type Scope, scopeFor } from '../identity/scopes.ts';
import { type Actor, refusal } from '../write/mutation.ts';
import { type ServerContext, authenticate } from './context.ts';
import { FHIR_JSON } from './errorAnswers.ts';
import { readPageSize, readQuery } from './readQuery.ts';

type Action = 'history-instance' | 'history-type' | 'history-system';

const KNOWN = new Set(['_since', '_count', '_page']);

/**
 * History for clients that know no feed of ours: of a resource, of a type, of all. Without gaps, if each question asks
 * from the `timestamp` of the Bundle that answered the one before; it may repeat versions. A client's older versions
 * do not come when access to them is gained: `$everything` reads those.
 */
export function addHistoryRoutes(app: FastifyInstance, context: ServerContext): void {
  app.get('/fhir/_history', (request, reply) => answer(context, request, reply, 'history-system', {}));

  app.get<{ Params: { type: string } }>('/fhir/:type/_history', async (request, reply) => {
    const { type } = request.params;
    if (!isResourceType(type)) throw absent();
    return answer(context, request, reply, 'history-type', { type });
  });

  app.get<{ Params: { type: string; id: string } }>('/fhir/:type/:id/_history', (request, reply) => {
    const { type, id } = request.params;
    return answer(context, request, reply, 'history-instance', { type, id });
  });
}

async function answer(
  context: ServerContext,
  request: FastifyRequest,
  reply: FastifyReply,
  action: Action,
  of: { readonly type?: string; readonly id?: string },
): Promise<FastifyReply> {
  const actor = await authenticate(context, request, neededFor(action, of.type));
  const { single } = readQuery(request);
  for (const name of single.keys()) {
    if (!KNOWN.has(name)) {
      throw new RequestRefused(refusal(400, 'not-supported', 'history is not asked by that parameter'));
    }
  }
  const [since, page] = [single.get('_since'), single.get('_page')];
  const count = readPageSize(single.get('_count'), 200);
  const found = await readHistory(context.db, actor, { ...of, since, page, count });
  if (of.id !== undefined && found.versions.length === 0 && since === undefined && page === undefined) {
    await context.audit({ action, actor, outcome: '4', what: [`${of.type ?? ''}/${of.id}`] });
    throw absent();
  }
  const path = [of.type, of.id, '_history'].filter((part) => part !== undefined).join('/');
  const addressOf = (link: string | undefined) => {
    const parts = { ...(since === undefined ? {} : { _since: since }), _count: String(count) };
    return `${path}?${new URLSearchParams(link === undefined ? parts : { ...parts, _page: link }).toString()}`;
  };
  const self = addressOf(page);
  await context.audit(...eventsOf(action, actor, found.versions, self));
  const next = found.next === undefined ? undefined : addressOf(found.next);
  return reply.type(FHIR_JSON).send(toHistoryBundle(found, { self, next }));
}

function neededFor(action: Action, type = '*'): Scope {
  switch (action) {
    case 'history-instance':
      return scopeFor(type, 'r');
    case 'history-type':
      return scopeFor(type, 's');
    case 'history-system':
      return 'user/*.rs';
  }
}

/** One event for each client whose versions were shown, or one that nothing was. */
function eventsOf(action: Action, actor: Actor, versions: readonly HistoryVersion[], query: string) {
  const shown = new Map<string | null, string[]>();
  for (const { type, id, version, client_id: clientId } of versions) {
    shown.set(clientId, [...(shown.get(clientId) ?? []), `${type}/${id}/_history/${version}`]);
  }
  const event = { action, actor, outcome: '0', query } as const;
  if (shown.size === 0) return [event];
  return [...shown].map(([clientId, what]) => ({
    ...event,
    what,
    ...(clientId === null ? {} : { clientId }),
  }));
}

const absent = () => new RequestRefused(refusal(404, 'not-found', 'there is no such resource'));
