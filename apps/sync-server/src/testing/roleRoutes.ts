import {
  type AuditLink,
  type CareTeam,
  FIRST_PREVIOUS,
  auditLinkContent,
  auditLinkToEvent,
  emergencyRequestToParameters,
  searchPath,
} from '@fieldchart/clinical';
import { toInstant } from '@fieldchart/foundation';
import { receiveSealedWork } from '../identity/deviceDesk.ts';
import { signTicket } from '../identity/issueTicket.ts';
import { loadOrganization } from '../identity/organization.ts';
import { deliverAnswer, submitRescue } from '../identity/rescueDesk.ts';
import type { Scope } from '../identity/scopes.ts';
import { findPractitioner, handOutTicket } from '../identity/ticketDesk.ts';
import { registrationOf, rescueTextOf, sha256 } from './enrolling.ts';
import { bundleOf, entryOf, newClient, tokenForm } from './requests.ts';
import { type TestDevice, type TestServer, system } from './testServer.ts';

export interface Question {
  readonly url?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** As the server registers it; the table names it so. */
  readonly pattern: string;
  readonly what: string;
  /** What the token has to cover; without one the route takes no token. */
  readonly scope?: Scope;
  /** Makes a question that is right in everything, anew for each asker: the answer is about who asks. */
  ask(asker: TestDevice): Promise<Question> | Question;
}

const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };

/** Every route of the server, with a question for each that may be asked by whoever may ask it. */
export async function roleRoutes(server: TestServer, ticketFolder: string): Promise<readonly Route[]> {
  const { ana, ben, sue, storage } = server;
  const of = await server.registerClient(ana);
  const { body: team } = await storage.db
    .selectFrom('resource')
    .select('body')
    .where('type', '=', 'CareTeam')
    .where('client_id', '=', of.clientId)
    .executeTakeFirstOrThrow();
  if (team.resourceType !== 'CareTeam') throw new Error('no care team');
  const patient = `/fhir/Patient/${of.clientId}`;
  const organization = await loadOrganization(storage.db);
  if (organization === undefined) throw new Error('no organisation');
  const desk = {
    db: storage.db,
    clock: server.clock,
    random: server.random,
    organization,
    folder: ticketFolder,
  };
  const benRow = await findPractitioner(storage.db, 'ben');
  if (!benRow.ok) throw new Error('no Ben');

  const ticket = () => signTicket(desk, organization, benRow.value, { days: 1, claims: {} });
  const rescue = async () => {
    const { text, request } = await rescueTextOf(server, ana);
    await submitRescue(desk, text, '');
    return { text, id: request.id };
  };
  /** A client that Ana had and Ben has. */
  const left = async () => {
    const [clientId, encounterId] = [server.uuid(), server.uuid()];
    const resources = newClient(ana, clientId, encounterId, server.uuid());
    await server.ask(ana, 'POST', '/fhir', bundleOf('transaction', resources));
    const participant = [{ member: { reference: 'Practitioner/ben' } }];
    const team = { ...(resources[1] as CareTeam), participant };
    await server.ask(sue, 'POST', '/fhir', bundleOf('transaction', [entryOf(team, { ifMatch: 'W/"1"' })]));
    return { clientId, encounterId };
  };
  const lateNote = (author: TestDevice, client: { clientId: string; encounterId: string }) =>
    bundleOf('transaction', [entryOf(server.note(author, client), { mutationId: server.uuid() })]);
  const lateItem = async () => {
    await server.ask(ana, 'POST', '/fhir/$review', lateNote(ana, await left()));
    const { id } = await storage.db
      .selectFrom('review_item')
      .select('id')
      .orderBy('number', 'desc')
      .executeTakeFirstOrThrow();
    return id;
  };
  const upload = async () => {
    const actor = { practitionerId: 'ben', deviceId: ben.id, role: 'clinician' } as const;
    return { device: ben.id, sha256: await receiveSealedWork(desk, actor, 'aa.bb.cc.dd.ee') };
  };
  const emergency = async () => {
    const id = server.uuid();
    await storage.db
      .insertInto('emergency_access')
      .values({
        id,
        practitioner_id: 'cleo',
        device_id: null,
        client_id: of.clientId,
        reason: 'found unconscious',
        granted_at: 1,
        expires_at: 2,
        ended_at: null,
        reviewed_at: null,
      })
      .execute();
    return { id };
  };
  const versionOf = async (id: string) =>
    (await storage.db.selectFrom('resource').select('version').where('id', '=', id).executeTakeFirstOrThrow())
      .version;

  const open = (
    method: 'GET' | 'POST',
    pattern: string,
    what: string,
    ask: Route['ask'] = () => ({}),
  ): Route => ({
    method,
    pattern,
    what,
    ask,
  });
  const get = (pattern: string, what: string, scope: Scope, url?: string): Route => ({
    method: 'GET',
    pattern,
    what,
    scope,
    ask: () => (url === undefined ? {} : { url }),
  });
  const post = (
    pattern: string,
    what: string,
    scope: Scope,
    body: (asker: TestDevice) => unknown,
    headers: Readonly<Record<string, string>> = json,
  ): Route => ({
    method: 'POST',
    pattern,
    what,
    scope,
    ask: async (asker) => ({ body: await body(asker), headers }),
  });
  const fhir = { 'content-type': 'application/fhir+json' };

  return [
    open('GET', '/health', 'is it running'),
    open('GET', '/organization.json', 'the organisation’s public keys'),
    open('POST', '/auth/register', 'register a device against a ticket', async () => ({
      body: await registrationOf(server, (await ticket()).jwt),
      headers: json,
    })),
    open('POST', '/auth/token', 'ask for a token by a signed assertion', async () => ({
      body: tokenForm(await server.assertion(ben)),
      headers: form,
    })),
    open('POST', '/auth/rescue', 'ask for rescue', async () => ({
      body: { request: (await rescueTextOf(server, ana)).text },
      headers: json,
    })),
    open('GET', '/auth/rescue/:id', 'fetch the sealed answer to a rescue', async () => {
      const { id } = await rescue();
      await deliverAnswer(desk, id, 'sealed');
      return { url: `/auth/rescue/${id}` };
    }),
    open('GET', '/tickets/:name', 'download a ticket file, on the server’s machine', async () => ({
      url: new URL((await handOutTicket(desk, benRow.value, { actor: system })).url).pathname,
    })),
    open('GET', '/fhir/metadata', 'capability statement'),
    get('/fhir/$changes', 'the change feed', 'user/*.rs'),
    get('/fhir/Patient/:id/$everything', 'a client’s whole chart', 'user/*.rs', `${patient}/$everything`),
    get('/fhir/:type/:id', 'read a client', 'user/Patient.r', patient),
    get('/fhir/:type/:id/_history', 'history of a client', 'user/Patient.r', `${patient}/_history`),
    get(
      '/fhir/:type/:id/_history/:version',
      'a version of a client',
      'user/Patient.r',
      `${patient}/_history/1`,
    ),
    get('/fhir/:type', 'search for clients', 'user/Patient.s', '/fhir/Patient?_count=1'),
    {
      method: 'POST',
      pattern: '/fhir/:type/_search',
      what: 'search for clients, asked in the body',
      scope: 'user/Patient.s',
      ask: () => ({ url: searchPath('Patient'), body: '_count=1', headers: form }),
    },
    get('/fhir/:type/_history', 'history of all clients', 'user/Patient.s', '/fhir/Patient/_history'),
    get('/fhir/_history', 'history of all', 'user/*.rs'),
    get('/fhir/AuditEvent', 'the audit trail', 'user/AuditEvent.s'),
    {
      method: 'PUT',
      pattern: '/fhir/:type/:id',
      what: 'change a client',
      scope: 'user/Patient.u',
      ask: async () => ({
        url: patient,
        body: { resourceType: 'Patient', id: of.clientId, name: [{ family: 'New' }] },
        headers: { ...fhir, 'if-match': `W/"${await versionOf(of.clientId)}"` },
      }),
    },
    {
      method: 'PUT',
      pattern: '/fhir/:type/:id',
      what: 'let a colleague into the care team',
      scope: 'user/CareTeam.u',
      ask: async () => ({
        url: `/fhir/CareTeam/${team.id}`,
        body: {
          ...team,
          participant: [...(team.participant ?? []), { member: { reference: 'Practitioner/ben' } }],
        },
        headers: { ...fhir, 'if-match': `W/"${await versionOf(team.id)}"` },
      }),
    },
    post(
      '/fhir',
      'write a note of one’s own in a transaction',
      'user/Composition.c',
      (asker) => bundleOf('transaction', [server.note(asker, of)]),
      fhir,
    ),
    post(
      '/fhir/$review',
      'send late work about a client whom one had',
      'user/Composition.c',
      async (asker) => lateNote(asker, await left()),
      fhir,
    ),
    {
      method: 'POST',
      pattern: '/fhir/Patient/$emergency-access',
      what: 'ask for emergency access to a client',
      scope: 'access/emergency',
      ask: async () => ({
        body: emergencyRequestToParameters({
          client: {
            by: 'identifier',
            identifier: (await server.registerClient(ben)).clientId,
          },
          reason: 'found unconscious',
        }),
        headers: fhir,
      }),
    },
    post('/device/audit', 'send audit links', 'device/audit', (asker) => ({
      events: [firstLink(server, asker)],
    })),
    post('/device/sealed-work', 'send sealed work', 'device/sealed-work', () => ({ work: 'aa.bb.cc.dd.ee' })),
    post('/device/erased', 'acknowledge erasure', 'device/erased', () => ({})),
    get('/admin/tickets', 'list tickets', 'desk/admin'),
    post('/admin/tickets', 'issue a ticket', 'desk/admin', () => ({ clinician: 'Ben Ode' })),
    post('/admin/tickets/revoke', 'withdraw a ticket', 'desk/admin', async () => ({
      id: (await ticket()).claims.jti,
    })),
    get('/admin/devices', 'list devices', 'desk/admin'),
    post('/admin/devices/revoke', 'withdraw a device', 'desk/admin', async () => ({
      id: (await server.addDevice('ben')).id,
      erase: false,
    })),
    post('/admin/sealed-work', 'fetch sealed work', 'desk/admin', upload),
    post('/admin/sealed-work/opened', 'sealed work was opened', 'desk/admin', upload),
    get('/admin/rescue', 'list rescue requests', 'desk/admin'),
    post('/admin/rescue/read', 'read a rescue request', 'desk/admin', async () => ({
      request: (await rescue()).text,
    })),
    post('/admin/rescue/prepare', 'answer a rescue', 'desk/admin', async () => ({
      request: (await rescue()).text,
    })),
    post('/admin/rescue/deliver', 'deliver an answer', 'desk/admin', async () => ({
      id: (await rescue()).id,
      answer: 'sealed',
    })),
    get('/admin/review', 'list late work', 'desk/review'),
    post('/admin/review/read', 'read late work', 'desk/review', async () => ({ id: await lateItem() })),
    post('/admin/review/accept', 'accept late work', 'desk/review', async () => ({ id: await lateItem() })),
    post('/admin/review/set-aside', 'set late work aside', 'desk/review', async () => ({
      id: await lateItem(),
      reason: 'written twice',
    })),
    get('/admin/emergency-access', 'list emergency access', 'desk/review'),
    post('/admin/emergency-access/end', 'end emergency access', 'desk/review', emergency),
    post('/admin/emergency-access/reviewed', 'emergency access was looked at', 'desk/review', emergency),
    get('/admin/alerts', 'list alerts', 'desk/admin'),
    post('/admin/policy', 'change the policy', 'desk/admin', () => ({ eraseAfter: null })),
    post('/admin/import', 'import a bundle', 'desk/admin', () => ({ bundle: bundleOf('batch', []) })),
    post('/admin/restored', 'begin a new epoch', 'desk/admin', () => ({})),
  ];
}

function firstLink(server: TestServer, device: TestDevice) {
  const link: Omit<AuditLink, 'hash'> = {
    number: 1,
    at: toInstant(server.clock.now()),
    action: 'unlock',
    details: {},
    previous: FIRST_PREVIOUS,
  };
  return auditLinkToEvent(
    { ...link, hash: sha256(auditLinkContent(link)) },
    { id: server.uuid(), deviceId: device.id, practitionerId: device.practitionerId },
  );
}
