import { CURSOR_HEADER } from '@fieldchart/clinical';
import type { FastifyInstance } from 'fastify';
import { BY_ROLE, beyondCaseload } from '../access/beyondCaseload.ts';
import type { AuditedEvent } from '../audit/auditEvent.ts';
import { RequestRefused, etag, withMeta } from '../fhir/answer.ts';
import { capabilityStatement } from '../fhir/capability.ts';
import { readEverything } from '../fhir/everything.ts';
import { parseBundle, parsePut } from '../fhir/parseWrite.ts';
import { performBundle } from '../fhir/performWrite.ts';
import { readCurrentVersion, readVersion, toSearchset } from '../fhir/readResource.ts';
import { scopeFor } from '../identity/scopes.ts';
import { checkPushedCursor } from '../restore/refuseCursor.ts';
import { type Actor, refusal } from '../write/mutation.ts';
import { verifyUnit } from '../write/verifySignatures.ts';
import { writeUnits } from '../write/writeUnits.ts';
import { type ServerContext, authenticate, readBearer } from './context.ts';
import { FHIR_JSON } from './errorAnswers.ts';
import { readPageSize, readQuery } from './readQuery.ts';
import { requireWriteScope } from './requireWriteScope.ts';

const absent = () => new RequestRefused(refusal(404, 'not-found', 'there is no such resource'));

interface Address {
  readonly type: string;
  readonly id: string;
}

interface VersionAddress extends Address {
  readonly version: string;
}

/** The FHIR API. Reads are audited before their answer leaves, writes in their own transaction (S3). */
export function addFhirRoutes(app: FastifyInstance, context: ServerContext): void {
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('content-type')) reply.type(FHIR_JSON);
  });
  app.get('/fhir/metadata', async (_request, reply) =>
    reply.type(FHIR_JSON).send(capabilityStatement(context.organization.baseUrl, context.clock.now())),
  );
  addEverything(app, context);
  addReads(app, context);
  addWrites(app, context);
}

function addEverything(app: FastifyInstance, context: ServerContext): void {
  app.get<{ Params: { id: string } }>('/fhir/Patient/:id/$everything', async (request, reply) => {
    const actor = await authenticate(context, request, 'user/*.rs');
    const { id } = request.params;
    const { single } = readQuery(request);
    const count = readPageSize(single.get('_count'), 200);
    const patient = await readCurrentVersion(context.db, actor, 'Patient', id);
    if (patient === undefined) return refuseRead(context, actor, 'everything', `Patient/${id}`);
    const page = await readEverything(context.db, actor, {
      clientId: id,
      count,
      after: single.get('_after'),
    });
    await auditRead(context, { action: 'everything', actor, outcome: '0', clientId: id });
    const self = `Patient/${id}/$everything?_count=${count}`;
    const next = page.after === undefined ? undefined : `${self}&_after=${page.after}`;
    return reply.type(FHIR_JSON).send(toSearchset(page.rows.map(withMeta), { self, next }));
  });
}

function addReads(app: FastifyInstance, context: ServerContext): void {
  app.get<{ Params: Address }>('/fhir/:type/:id', async (request, reply) => {
    const { type, id } = request.params;
    const actor = await authenticate(context, request, scopeFor(type, 'r'));
    const found = await readCurrentVersion(context.db, actor, type, id);
    if (found === undefined) return refuseRead(context, actor, 'read', `${type}/${id}`);
    await auditRead(context, {
      action: 'read',
      actor,
      outcome: '0',
      what: [`${type}/${id}/_history/${found.version}`],
      ...(found.client_id === null ? {} : { clientId: found.client_id }),
    });
    return reply.header('etag', etag(found.version)).type(FHIR_JSON).send(withMeta(found));
  });

  app.get<{ Params: VersionAddress }>('/fhir/:type/:id/_history/:version', async (request, reply) => {
    const { type, id, version } = request.params;
    const actor = await authenticate(context, request, scopeFor(type, 'r'));
    if (!/^[1-9][0-9]{0,8}$/u.test(version)) throw absent();
    const found = await readVersion(context.db, actor, { type, id, version: Number(version) });
    if (found === undefined) return refuseRead(context, actor, 'vread', `${type}/${id}`);
    await auditRead(context, {
      action: 'vread',
      actor,
      outcome: '0',
      what: [`${type}/${id}/_history/${found.version}`],
      ...(found.client_id === null ? {} : { clientId: found.client_id }),
    });
    return reply.header('etag', etag(found.version)).type(FHIR_JSON).send(withMeta(found));
  });
}

function addWrites(app: FastifyInstance, context: ServerContext): void {
  app.put<{ Params: { type: string; id: string } }>('/fhir/:type/:id', async (request, reply) => {
    const holder = await readBearer(context, request);
    const { actor } = holder;
    const { type, id } = request.params;
    const entry = parsePut({
      url: `${type}/${id}`,
      body: request.body,
      ifMatch: request.headers['if-match'],
      ifNoneMatch: request.headers['if-none-match'],
    });
    requireWriteScope(holder, [entry]);
    const [outcome] = await writeUnits(context, actor, [await verifyUnit(context.db, [entry])]);
    if (outcome?.ok === false) throw new RequestRefused(outcome.refusal);
    const written = outcome?.written[0];
    if (written === undefined || !entry.ok) throw new Error('a write without an outcome');
    const { version, writtenAt, key, created } = written;
    return reply
      .code(created ? 201 : 200)
      .headers({
        etag: etag(version),
        'last-modified': new Date(writtenAt).toUTCString(),
        location: `${context.organization.baseUrl}/fhir/${key}/_history/${version}`,
      })
      .type(FHIR_JSON)
      .send(withMeta({ type, id, version, body: entry.mutation.resource, written_at: writtenAt }));
  });

  app.post('/fhir', async (request, reply) => {
    const holder = await readBearer(context, request);
    const { actor } = holder;
    const bundle = parseBundle(request.body);
    if (!bundle.ok) throw new RequestRefused(bundle.error.refusal);
    requireWriteScope(holder, bundle.value.entries);
    await checkPushedCursor(context, actor, request.headers[CURSOR_HEADER]);
    return reply.type(FHIR_JSON).send(await performBundle(context, actor, bundle.value));
  });
}

/** Of a client beyond the reader's caseload the audit says that their role allowed it. */
async function auditRead(context: ServerContext, event: AuditedEvent): Promise<void> {
  const clients = event.clientId === undefined ? [] : [event.clientId];
  const beyond = await beyondCaseload(context.db, event.actor, clients);
  await context.audit({ ...event, ...(beyond.size > 0 ? BY_ROLE : {}) });
}

/** What one may not read and what does not exist answer alike; both are audited. */
async function refuseRead(
  context: ServerContext,
  actor: Actor,
  action: 'read' | 'vread' | 'everything',
  reference: string,
): Promise<never> {
  await context.audit({ action, actor, outcome: '4', what: [reference] });
  throw absent();
}
