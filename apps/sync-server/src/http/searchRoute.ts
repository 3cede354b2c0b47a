import { type Bundle, isResourceType } from '@fieldchart/clinical';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BY_ROLE, beyondCaseload } from '../access/beyondCaseload.ts';
import { RequestRefused, withMeta } from '../fhir/answer.ts';
import { toSearchset } from '../fhir/readResource.ts';
import { searchResources } from '../fhir/search.ts';
import { scopeFor } from '../identity/scopes.ts';
import { INCLUDE_CLIENTS, includedClients } from '../search/includedClients.ts';
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

/**
 * Search of one type, also as a POST whose form holds the question, which then stands in no address that a proxy logs.
 * What was asked is audited before the answer leaves, as one event that names each client in it; of whom the asker reads
 * by their role alone, that is said (S3).
 */
export function addSearchRoute(app: FastifyInstance, context: ServerContext): void {
  const search = async (request: FastifyRequest<{ Params: { type: string } }>, reply: FastifyReply) => {
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
    const answer =
      find === undefined
        ? await searchPlainly(context, actor, request, type)
        : await searchAnalysed(context, actor, request, type, find);
    await auditSearch(context, actor, answer);
    return reply.type(FHIR_JSON).send(answer.bundle);
  };
  app.get<{ Params: { type: string } }>('/fhir/:type', search);
  app.post<{ Params: { type: string } }>('/fhir/:type/_search', search);
}

async function auditSearch(
  context: ServerContext,
  actor: Actor,
  { query, clients }: Pick<Answer, 'query' | 'clients'>,
): Promise<void> {
  const event = { action: 'search', actor, outcome: '0', query } as const;
  const beyond = await beyondCaseload(context.db, actor, clients);
  if (clients.size === 0) {
    // Nobody was found, and everybody was looked through.
    await context.audit({ ...event, ...(actor.role === 'clinician' ? {} : BY_ROLE) });
    return;
  }
  const found = [...clients].map((clientId) => ({ clientId, ...(beyond.has(clientId) ? BY_ROLE : {}) }));
  await context.audit({ ...event, found });
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
  const include = type === 'Composition' ? oneOf(single, '_include', INCLUDE_CLIENTS) : undefined;
  for (const name of ['_count', '_after', '_total', '_summary']) all.delete(name);
  if (include !== undefined) all.delete('_include');
  const page = await find(context.db, actor, { query: all, count, after, counted });
  const asked = [...all].flatMap(([name, values]) => values.map((value): [string, string] => [name, value]));
  const address = (from: string | undefined) => {
    const link = new URLSearchParams([...asked, ['_count', String(count)]]);
    if (!counted) link.append('_total', 'none');
    if (include !== undefined) link.append('_include', include);
    if (from !== undefined) link.append('_after', from);
    return `${type}?${link.toString()}`;
  };
  const query = address(after);
  const next = page.next === undefined ? undefined : address(page.next);
  const clients = clientsOf(page.rows);
  const included = include === undefined ? [] : await includedClients(context.db, actor, clients);
  return { bundle: toFoundSet(page, { self: query, next }, included), query, clients };
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
