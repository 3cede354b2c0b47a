import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { revokeDevice } from '../identity/deviceDesk.ts';
import type { Storage } from '../storage/openStorage.ts';
import { type Route, roleRoutes } from './roleRoutes.ts';
import { tokenForm } from './requests.ts';
import { type TestDevice, type TestServer, openTestServer, system } from './testServer.ts';

const page = new URL('../../../../docs/roles.md', import.meta.url);
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const operatorToken = 'operator-token';

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

/** Whose tokens have a scope, and the role's name in the page. */
const holders = {
  clinician: 'clinician of the client',
  supervisor: 'supervisor',
  administrator: 'administrator',
  'withdrawn device': 'withdrawn device',
} as const;

/** Every route against every kind of asker; the page in docs is made of the answers, and must say the same. */
export function defineRoleSuite(storage: () => Storage): void {
  let server: TestServer;
  let folder: string;
  let routes: readonly Route[];
  let devices: Readonly<Record<Asker, TestDevice>>;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'fieldchart-roles-'));
    server = await openTestServer(storage(), { admin: { token: operatorToken, ticketFolder: folder } });
    routes = await roleRoutes(server, folder);
    const ada = await server.addDevice('ada');
    devices = {
      nobody: { ...ada, token: '' },
      'clinician of the client': server.ana,
      'another clinician': await server.addDevice('cleo'),
      supervisor: server.sue,
      administrator: ada,
      'withdrawn device': await withdrawnDevice(server),
      'operator on the machine': { ...ada, token: operatorToken },
    };
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const ask = async (route: Route, asker: TestDevice): Promise<string> => {
    const { url = route.pattern, body, headers } = await route.ask(asker);
    const device = asker.token === '' ? undefined : asker;
    return meaningOf((await server.ask(device, route.method, url, body, headers)).status);
  };

  test('S3: every route answers each role as docs/roles.md says, each with a yes for somebody; none is missing there', async () => {
    const missing = registeredRoutes(server).filter(
      (name) => !routes.some(({ method, pattern }) => `${method} ${pattern}` === name),
    );
    expect(missing).toEqual([]);
    const rows: [Route, string[]][] = [];
    for (const route of routes) {
      const answers: string[] = [];
      for (const asker of askers) answers.push(await ask(route, devices[asker]));
      rows.push([route, answers]);
    }
    for (const [{ pattern }, answers] of rows) expect(answers, pattern).toContain('yes');
    const scopes = Object.entries(holders).map(([role, asker]) => [role, scopeOf(devices[asker])] as const);
    const text = toPage(rows, scopes);
    if (process.env['FIELDCHART_WRITE_DOCS'] === '1') writeFileSync(page, text);
    expect(readFileSync(page, 'utf8')).toBe(text);
    // Seven askers for each of the routes: on a busy machine longer than a test may take.
  }, 120_000);

  test('S3: a token is good for what its scope says and for nothing else, whatever the role', async () => {
    for (const route of routes) {
      const { scope } = route;
      if (scope === undefined || scope === 'device/erased') continue;
      const name = `${route.method} ${route.pattern}`;
      const isRecord = scope.startsWith('user/') && !scope.includes('AuditEvent');
      const asker = await firstThatMay(route);
      expect(await ask(route, await withScope(asker, scope)), name).toBe('yes');
      const stem = isRecord ? 'user/*' : scope.split('.')[0];
      const others = scopeOf(asker)
        .split(' ')
        .filter((word) => word.split('.')[0] !== stem);
      expect(await ask(route, await withScope(asker, others.join(' '))), name).toBe('no');
    }
  });

  test('S3: each letter of a scope is asked for: who may read may not write, and who may create may not change', async () => {
    const byPattern = (method: string, pattern: string) => {
      const route = routes.find((one) => one.method === method && one.pattern === pattern);
      if (route === undefined) throw new Error(pattern);
      return route;
    };
    const cases = [
      ['user/*.rs', 'PUT', '/fhir/:type/:id'],
      ['user/*.crs', 'PUT', '/fhir/:type/:id'],
      ['user/*.rus', 'POST', '/fhir'],
      ['user/Composition.crus', 'PUT', '/fhir/:type/:id'],
      ['user/Patient.crus', 'POST', '/fhir'],
      ['user/*.r', 'GET', '/fhir/:type'],
      ['user/*.s', 'GET', '/fhir/:type/:id'],
      ['user/Patient.rs', 'GET', '/fhir/$changes'],
      ['user/*.crus', 'GET', '/fhir/AuditEvent'],
    ] as const;
    for (const [scope, method, pattern] of cases) {
      const asker = await withScope(
        pattern.includes('AuditEvent') ? devices.administrator : devices['clinician of the client'],
        scope,
      );
      expect(await ask(byPattern(method, pattern), asker), `${scope} ${method} ${pattern}`).toBe('no');
    }
    const answer = await server.ask(
      await withScope(devices.administrator, 'user/Patient.r'),
      'GET',
      '/fhir/Patient',
    );
    expect(answer.headers['www-authenticate']).toBe(
      'Bearer error="insufficient_scope", scope="user/Patient.s"',
    );
    expect(await grant(devices.administrator, 'system/*.cruds')).toMatchObject({
      status: 400,
      body: { error: 'invalid_scope' },
    });
  });

  const firstThatMay = async (route: Route): Promise<TestDevice> => {
    for (const name of ['administrator', 'clinician of the client'] as const) {
      if ((await ask(route, devices[name])) === 'yes') return devices[name];
    }
    throw new Error(`nobody may ${route.what}`);
  };
  const grant = async (device: TestDevice, scope: string) =>
    server.ask(
      undefined,
      'POST',
      '/auth/token',
      `${tokenForm(await server.assertion(device))}&scope=${encodeURIComponent(scope)}`,
      form,
    );
  const withScope = async (device: TestDevice, scope: string): Promise<TestDevice> => {
    const { body } = await grant(device, scope);
    return { ...device, token: String(body.access_token) };
  };
}

const scopeOf = ({ token }: TestDevice) => String(decodeJwt(token)['scope']);

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

function toPage(
  rows: readonly (readonly [Route, readonly string[]])[],
  scopes: readonly (readonly [role: string, scope: string])[],
): string {
  const table = toTable([
    ['route', 'what', 'scope', ...askers],
    ...rows.map(([{ method, pattern, what, scope }, answers]) => [
      `\`${method} ${pattern}\``,
      what,
      scope === undefined ? '' : `\`${scope}\``,
      ...answers,
    ]),
  ]);
  return `# Who may ask the server what

Made by a test that asks every route as every kind of asker, on PGlite and on PostgreSQL; it fails when the server answers
otherwise, or has a route that does not stand here. To write it anew:
\`FIELDCHART_WRITE_DOCS=1 npm exec -- vitest run --project product apps/sync-server/src/server.test.ts\`.

What is asked is right in everything, so the answers tell who may: "yes" is an answer; "sign in" that no token, or none that
holds, came with it; "no" that the asker may not; "not there" that there is nothing that the asker may know of. "nobody" and
the operator stand on the server's own machine in this test; from elsewhere the operator is nobody.

${table}

## Scopes in tokens

As they stand in tokens that the test was given without asking for a scope:

${toTable([['holder', 'scope'], ...scopes.map(([role, scope]) => [role, `\`${scope}\``])])}

\`user/TYPE.LETTERS\` is of SMART App Launch 2: create, read, update, search; \`*\` stands for every type of the record, and not
for the audit trail. Who asks for a scope gets what of it the role has. A token does nothing that its scope does not cover,
whatever the role: the test tries each route with a token of the scope in its row alone, and with one of all the others.

What a clinician reads and writes is their caseload, to which emergency access adds a client for a time; whether late work for a client who has left it is taken for review depends
on whether they ever were in the care team. Supervisors and administrators see the whole organisation, and write nothing into a
record in whose care team they do not stand, but for the care team. Of clinical content administrators read nothing: a search finds
them clients and no notes. The audit of a search or a reading says \`reach: organization\` of each client whom the reader's role alone
let them see; what the app then shows is read only and stays on no device. All this holds at every request besides the scope, and so
does the state of the device.
`;
}
