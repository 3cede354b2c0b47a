import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { revokeDevice } from '../identity/deviceDesk.ts';
import type { Storage } from '../storage/openStorage.ts';
import {
  type TestDevice,
  type TestServer,
  bundleOf,
  openTestServer,
  system,
  tokenForm,
} from './testServer.ts';

const page = new URL('../../../../docs/roles.md', import.meta.url);
const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };

const askers = [
  'nobody',
  'clinician of the client',
  'another clinician',
  'supervisor',
  'administrator',
  'withdrawn device',
  'operator on the machine',
] as const;
type Asker = (typeof askers)[number];

interface Route {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** As the server registers it; the table names it so. */
  readonly pattern: string;
  readonly what: string;
  readonly url?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** Every route against every kind of asker; the page in docs is made of the answers, and must say the same. */
export function defineRoleSuite(storage: () => Storage): void {
  test('S3: every route answers each role as docs/roles.md says, and no route is missing there', async () => {
    const table = await askAll(storage());
    const text = toPage(table);
    if (process.env['FIELDCHART_WRITE_DOCS'] === '1') writeFileSync(page, text);
    expect(readFileSync(page, 'utf8')).toBe(text);
  });
}

async function askAll(storage: Storage): Promise<readonly (readonly [Route, readonly string[]])[]> {
  const admin = { token: 'operator-token', ticketFolder: '/nonexistent' };
  const server = await openTestServer(storage, { admin });
  const { clientId } = await server.registerClient(server.ana);
  const routes = allRoutes(server, clientId);
  const missing = registeredRoutes(server).filter(
    (name) => !routes.some(({ method, pattern }) => `${method} ${pattern}` === name),
  );
  expect(missing).toEqual([]);
  const withdrawn = await withdrawnDevice(server);
  const ada = await server.addDevice('ada');
  const devices: Readonly<Record<Asker, TestDevice | undefined>> = {
    nobody: undefined,
    'clinician of the client': server.ana,
    'another clinician': server.ben,
    supervisor: server.sue,
    administrator: ada,
    'withdrawn device': withdrawn,
    'operator on the machine': { ...ada, token: admin.token },
  };
  const rows: [Route, string[]][] = [];
  for (const route of routes) {
    const answers: string[] = [];
    for (const asker of askers) {
      const url = route.url ?? route.pattern;
      const answer = await server.ask(devices[asker], route.method, url, route.body, route.headers);
      answers.push(meaningOf(answer.status));
    }
    rows.push([route, answers]);
  }
  return rows;
}

function allRoutes(server: TestServer, clientId: string): readonly Route[] {
  const note = server.note(server.ana, { clientId, encounterId: server.uuid() });
  const patient = `/fhir/Patient/${clientId}`;
  const get = (pattern: string, what: string, url?: string): Route => ({
    method: 'GET',
    pattern,
    what,
    ...(url === undefined ? {} : { url }),
  });
  const post = (pattern: string, what: string, body: unknown, headers = json): Route => ({
    method: 'POST',
    pattern,
    what,
    body,
    headers,
  });
  return [
    get('/health', 'is it running'),
    get('/organization.json', 'the organisation’s public keys'),
    post('/auth/register', 'register a device (malformed here)', {}),
    post('/auth/token', 'ask for a token (malformed here)', 'x=y', form),
    post('/auth/rescue', 'ask for rescue (malformed here)', {}),
    get('/auth/rescue/:id', 'fetch a rescue’s answer (none here)', '/auth/rescue/none'),
    get('/fhir/metadata', 'capability statement'),
    get('/fhir/$changes', 'the change feed'),
    get('/fhir/Patient/:id/$everything', 'a client’s whole chart', `${patient}/$everything`),
    get('/fhir/:type/:id', 'read a client', patient),
    get('/fhir/:type/:id/_history', 'history of a client', `${patient}/_history`),
    get('/fhir/:type/:id/_history/:version', 'a version of a client', `${patient}/_history/1`),
    get('/fhir/:type', 'search', '/fhir/Patient?_count=1'),
    get('/fhir/_history', 'history of all'),
    get('/fhir/:type/_history', 'history of a type', '/fhir/Patient/_history'),
    get('/fhir/AuditEvent', 'the audit trail'),
    {
      method: 'PUT',
      pattern: '/fhir/:type/:id',
      what: 'change a client without If-Match',
      url: patient,
      body: { resourceType: 'Patient', id: clientId, name: [{ family: 'New' }] },
    },
    post('/fhir', 'write a bundle (an empty one here)', bundleOf('batch', []), {
      'content-type': 'application/fhir+json',
    }),
    post('/fhir/$review', 'send late work for review (an empty bundle here)', bundleOf('batch', []), {
      'content-type': 'application/fhir+json',
    }),
    post('/device/audit', 'send audit links (malformed here)', {}),
    post('/device/sealed-work', 'send sealed work', { work: 'aa.bb.cc.dd.ee' }),
    post('/device/erased', 'acknowledge erasure', {}),
    get('/admin/tickets', 'list tickets'),
    post('/admin/tickets', 'issue a ticket (for a name nobody has)', { clinician: note.id }),
    post('/admin/tickets/revoke', 'withdraw a ticket (an unknown one)', { id: 'none' }),
    get('/admin/devices', 'list devices'),
    post('/admin/devices/revoke', 'withdraw a device (an unknown one)', { id: 'none', erase: false }),
    post('/admin/sealed-work', 'fetch sealed work (of an unknown device)', { device: 'none' }),
    post('/admin/sealed-work/opened', 'sealed work was opened (an unknown upload)', {
      device: 'none',
      sha256: 'none',
    }),
    get('/admin/rescue', 'list rescue requests'),
    post('/admin/rescue/read', 'read a rescue request (malformed here)', { request: 'none' }),
    post('/admin/rescue/prepare', 'answer a rescue (malformed here)', { request: 'none' }),
    post('/admin/rescue/deliver', 'deliver an answer (to an unknown request)', { id: 'none', answer: 'a' }),
    get('/admin/review', 'list late work'),
    post('/admin/review/read', 'read late work (an unknown item)', { id: 'none' }),
    post('/admin/review/accept', 'accept late work (an unknown item)', { id: 'none' }),
    post('/admin/review/set-aside', 'set late work aside (an unknown item)', { id: 'none', reason: 'none' }),
    get('/admin/alerts', 'list alerts'),
    post('/admin/policy', 'change the policy', { eraseAfter: null }),
    post('/admin/restored', 'begin a new epoch (with a malformed body here)', []),
    post('/admin/import', 'import a bundle (none here)', { bundle: {}, clinician: 'nobody of this name' }),
    get('/tickets/:name', 'download a ticket file (none of this name)', '/tickets/none'),
  ];
}

/** What the router holds, without the static app and the HEAD twins of GET routes. */
function registeredRoutes(server: TestServer): readonly string[] {
  return server.routes.filter((name) => !/^(?:HEAD|OPTIONS) |\*$/u.test(name));
}

async function withdrawnDevice(server: TestServer): Promise<TestDevice> {
  const device = await server.addDevice('ana');
  const deps = { db: server.storage.db, clock: server.clock, random: server.random };
  await revokeDevice(deps, device.id, { erase: false, actor: system });
  const assertion = tokenForm(await server.assertion(device));
  const granted = await server.ask(undefined, 'POST', '/auth/token', assertion, form);
  return { ...device, token: String(granted.body.access_token) };
}

function meaningOf(status: number): string {
  if (status < 300) return 'yes';
  switch (status) {
    case 401:
      return 'sign in';
    case 403:
      return 'no';
    case 404:
      return 'not there';
    case 400:
    case 412:
    case 422:
      return 'refused';
    default:
      return String(status);
  }
}

function toTable(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]?.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0))) ?? [];
  const drawn = lines.map(
    (line) => `| ${line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`,
  );
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [drawn[0], rule, ...drawn.slice(1)].join('\n');
}

function toPage(rows: readonly (readonly [Route, readonly string[]])[]): string {
  const table = toTable([
    ['route', 'what', ...askers],
    ...rows.map(([route, answers]) => [`\`${route.method} ${route.pattern}\``, route.what, ...answers]),
  ]);
  const scopes = toTable([
    ['role', 'scope'],
    ['clinician', '`user/*.crus`'],
    ['supervisor', '`user/*.crus`'],
    ['administrator', '`user/*.crus user/AuditEvent.rs system/admin`'],
    ['withdrawn device', '`device/sealed-work device/erased`, whoever’s it is'],
  ]);
  return `# Who may ask the server what

Made by a test that asks every route as every kind of asker; it fails when the server answers otherwise, or has a route that
does not stand here. To write it anew: \`FIELDCHART_WRITE_DOCS=1 npm run unit -- apps/sync-server/src/server.test.ts\`.

"yes" is an answer; "refused" means that the asker may, and that what was asked is wrong; "sign in" that no token, or none that
holds, came with it; "no" that the asker may not; "not there" that there is nothing, or nothing that the asker may know of.
"nobody" and the operator stand on the server's own machine in this test; from elsewhere the operator is nobody.

${table}

## Scopes in tokens

${scopes}

What a clinician reads and writes is their caseload; whether late work for a client who has left it is taken for review depends
on whether they ever were in the care team. Supervisors and administrators see the whole organisation. The scope says
what a token may be used for; the server decides by the role, the caseload and the state of the device, at every request.
`;
}
