import { type Bundle, isResourceType } from '@fieldchart/clinical';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RequestRefused, withMeta } from '../fhir/answer.ts';
import { toSearchset } from '../fhir/readResource.ts';
import { searchResources } from '../fhir/search.ts';
import { scopeFor } from '../identity/scopes.ts';
import { isClientSearch, searchClients } from '../search/searchClients.ts';
import { isNoteSearch, searchNotes } from '../search/searchNotes.ts';
import { toFoundSet } from '../search/toFoundSet.ts';
import { type Actor, refusal } from '../write/mutation.ts';
import { type ServerContext, authenticate } from './context.ts';
import { FHIR_JSON } from './errorAnswers.ts';
import { readCount, readPage, readQuery } from './readQuery.ts';

interface Answer {
  readonly bundle: Bundle;
  /** The address that was understood: it is what the audit remembers. */
  readonly query: string;
  readonly clients: ReadonlySet<string>;
}

/** Search of one type. What was asked is audited before the answer leaves, once for each client in it (S3). */
export function addSearchRoute(app: FastifyInstance, context: ServerContext): void {
  app.get<{ Params: { type: string } }>('/fhir/:type', async (request, reply) => {
    const { type } = request.params;
    const actor = await authenticate(context, request, scopeFor(type, 's'));
    if (!isResourceType(type))
      throw new RequestRefused(refusal(404, 'not-found', 'there is no such resource'));
    const { all } = readQuery(request);
    const find = isNoteSearch(type, all)
      ? searchNotes
      : isClientSearch(type, all)
        ? searchClients
        : undefined;
    const { bundle, query, clients } =
      find === undefined
        ? await searchPlainly(context, actor, request, type)
        : await searchAnalysed(context, actor, request, type, find);
    const event = { action: 'search', actor, outcome: '0', query } as const;
    await context.audit(
      ...(clients.size === 0 ? [event] : [...clients].map((clientId) => ({ ...event, clientId }))),
    );
    return reply.type(FHIR_JSON).send(bundle);
  });
}

async function searchPlainly(
  context: ServerContext,
  actor: Actor,
  request: FastifyRequest,
  type: string,
): Promise<Answer> {
  const { all, count, offset, pageFrom } = readPage(request, type);
  const { rows, total } = await searchResources(context.db, actor, { type, query: all, count, offset });
  const next = offset + rows.length < total ? pageFrom(offset + count) : undefined;
  return {
    bundle: toSearchset(rows.map(withMeta), { self: pageFrom(offset), next, total }),
    query: pageFrom(offset),
    clients: clientsOf(rows),
  };
}

async function searchAnalysed(
  context: ServerContext,
  actor: Actor,
  request: FastifyRequest,
  type: string,
  find: typeof searchNotes,
): Promise<Answer> {
  const { all, single } = readQuery(request);
  const after = single.get('_after');
  const summary = oneOf(single, '_summary', 'count');
  const count = summary === undefined ? readCount(single.get('_count'), 50, 500) : 0;
  const counted = oneOf(single, '_total', 'none') === undefined;
  for (const name of ['_count', '_after', '_total', '_summary']) all.delete(name);
  const page = await find(context.db, actor, { query: all, count, after, counted });
  const asked = [...all].flatMap(([name, values]) => values.map((value): [string, string] => [name, value]));
  const address = (from: string | undefined) => {
    const link = new URLSearchParams([...asked, ['_count', String(count)]]);
    if (!counted) link.append('_total', 'none');
    if (from !== undefined) link.append('_after', from);
    return `${type}?${link.toString()}`;
  };
  const query = address(after);
  const next = page.next === undefined ? undefined : address(page.next);
  return { bundle: toFoundSet(page, { self: query, next }), query, clients: clientsOf(page.rows) };
}

/** A parameter that takes one value alone; any other is refused. */
function oneOf(single: ReadonlyMap<string, string>, name: string, value: string): string | undefined {
  const given = single.get(name);
  if (given === undefined || given === value) return given;
  throw new RequestRefused(refusal(400, 'not-supported', `${name} is ${value} or left out`));
}

function clientsOf(rows: readonly { readonly client_id: string | null }[]): ReadonlySet<string> {
  return new Set(rows.flatMap((row) => row.client_id ?? []));
}
