import type { Composition, FhirResource, PractitionerRole, SigningJwk } from '@fieldchart/clinical';
import { createNote } from '@fieldchart/clinical';
import { type Random, type Timers, createSeededRandom, randomUuid } from '@fieldchart/foundation';
import { type FakeClock, createFakeClock, createFakeLogger } from '@fieldchart/foundation/testing';
import type { FastifyInstance } from 'fastify';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { createServer } from '../http/createServer.ts';
import { createOrganization, loadOrganization } from '../identity/organization.ts';
import { type Database, type Storage, emptyStorage } from '../storage/openStorage.ts';
import type { Actor } from '../write/mutation.ts';
import { writeUnits } from '../write/writeUnits.ts';
import { bundleOf, newClient, tokenForm } from './requests.ts';

export const BASE_URL = 'http://localhost:8787';

export interface TestDevice {
  readonly id: string;
  readonly practitionerId: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: SigningJwk;
  readonly token: string;
}

/** What `JSON.parse` gives: tests look into answers of every shape. */
export type AnyJson = ReturnType<typeof JSON.parse>;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: AnyJson;
}

/** A server on an emptied database with an organisation, three people and a device of each. */
export interface TestServer {
  /** `METHOD pattern` of every route. */
  readonly routes: readonly string[];
  /** Private JWK of the organisation's rescue key. */
  readonly rescuePrivateKey: object;
  readonly app: FastifyInstance;
  readonly storage: Storage;
  readonly clock: FakeClock;
  readonly random: Random;
  readonly logLines: readonly string[];
  readonly ana: TestDevice;
  readonly ben: TestDevice;
  readonly sue: TestDevice;
  /** Another server on the same database, as behind a load balancer. */
  another(timers: Timers, connections?: Database): Promise<FastifyInstance>;
  uuid(): string;
  newDeviceKeys(): Promise<{ privateKey: CryptoKey; publicKey: SigningJwk }>;
  addDevice(practitionerId: string): Promise<TestDevice>;
  assertion(device: Pick<TestDevice, 'id' | 'privateKey'>, claims?: Record<string, unknown>): Promise<string>;
  readonly ask: (
    device: TestDevice | undefined,
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
  /** Registers a client with their care team and a visit; returns the resources. */
  registerClient(device: TestDevice, id?: string): Promise<{ clientId: string; encounterId: string }>;
  note(device: TestDevice, of: { clientId: string; encounterId: string }): Composition;
}

const PEOPLE: readonly (readonly [id: string, name: string, role: PractitionerRole])[] = [
  ['ana', 'Ana Ruiz', 'clinician'],
  ['ben', 'Ben Ode', 'clinician'],
  ['cleo', 'Cleo Bay', 'clinician'],
  ['sue', 'Sue Park', 'supervisor'],
  ['ada', 'Ada Admin', 'administrator'],
];

export const system: Actor = { practitionerId: null, deviceId: null, role: 'system' };

export interface TestServerOptions {
  readonly webRoot?: string;
  readonly admin?: { readonly token: string; readonly ticketFolder: string };
  /** Those of a test that looks at waiting; made with what moves the server's clock. */
  readonly timers?: (advanceClock: (milliseconds: number) => void) => Timers;
}

/** Real time, and no more than a moment of it: whoever does not look at waiting is not held up by it. */
const impatientTimers: Timers = {
  after(milliseconds, task) {
    const id = setTimeout(task, Math.min(milliseconds, 20));
    return () => clearTimeout(id);
  },
};

export async function openTestServer(storage: Storage, extra: TestServerOptions = {}): Promise<TestServer> {
  const { db } = storage;
  await emptyStorage(db);
  const clock = createFakeClock();
  const { timers: createTimers, ...options } = extra;
  const timers = createTimers?.((milliseconds) => clock.advance(milliseconds)) ?? impatientTimers;
  const random = createSeededRandom(7);
  const logger = createFakeLogger();
  const uuid = () => randomUuid(random);
  const { rescuePrivateKey } = await createOrganization(db, {
    id: 'org',
    name: 'Prairie Care',
    epoch: uuid(),
    baseUrl: BASE_URL,
  });
  const organization = await loadOrganization(db);
  if (organization === undefined) throw new Error('no organisation');
  await db
    .insertInto('practitioner')
    .values(PEOPLE.map(([id, name, role]) => ({ id, name, role })))
    .execute();
  const staff: FhirResource[] = [
    { resourceType: 'Organization', id: 'org', name: 'Prairie Care' },
    ...PEOPLE.map(([id, name]): FhirResource => ({
      resourceType: 'Practitioner',
      id,
      name: [{ text: name }],
    })),
  ];
  const units = staff.map((resource) => ({
    entries: [{ ok: true, mutation: { resource, onlyCreate: true } }] as const,
    signers: new Map(),
  }));
  await writeUnits({ db, clock, random }, system, units);
  const deps = {
    db,
    organization,
    clock,
    random,
    timers,
    logger,
    authAttemptsPerMinute: 1_000_000_000,
    ...options,
  };
  const app = await createServer(deps);

  const newDeviceKeys = async () => {
    const pair = await generateKeyPair('ES384', { extractable: true });
    const { x = '', y = '' } = await exportJWK(pair.publicKey);
    return { privateKey: pair.privateKey, publicKey: { kty: 'EC', crv: 'P-384', x, y } as const };
  };
  const assertion = (device: Pick<TestDevice, 'id' | 'privateKey'>, claims: Record<string, unknown> = {}) =>
    new SignJWT({
      iss: device.id,
      sub: device.id,
      aud: `${BASE_URL}/auth/token`,
      jti: uuid(),
      iat: Math.floor(clock.now() / 1000),
      exp: Math.floor(clock.now() / 1000) + 60,
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES384' })
      .sign(device.privateKey);

  const ask: TestServer['ask'] = async (device, method, url, body, headers = {}) => {
    const answer = await app.inject({
      method,
      url,
      headers: {
        ...(device === undefined ? {} : { authorization: `Bearer ${device.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const json = answer.body !== '' && (answer.headers['content-type'] ?? '').includes('json');
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: json ? JSON.parse(answer.body) : answer.body,
    };
  };

  const addDevice = async (practitionerId: string): Promise<TestDevice> => {
    const keys = await newDeviceKeys();
    const id = uuid();
    await db
      .insertInto('device')
      .values({
        id,
        practitioner_id: practitionerId,
        public_key: JSON.stringify(keys.publicKey),
        thumbprint: id,
        registered_at: clock.now(),
        revoked_at: null,
      })
      .execute();
    const granted = await app.inject({
      method: 'POST',
      url: '/auth/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: tokenForm(await assertion({ id, privateKey: keys.privateKey })),
    });
    const { access_token: token } = granted.json<{ access_token: string }>();
    return { id, practitionerId, ...keys, token };
  };

  const server: TestServer = {
    app,
    routes: listRoutes(app),
    rescuePrivateKey,
    storage,
    clock,
    random,
    logLines: logger.lines,
    ana: await addDevice('ana'),
    ben: await addDevice('ben'),
    sue: await addDevice('sue'),
    uuid,
    newDeviceKeys,
    another: (otherTimers, connections = db) =>
      createServer({ ...deps, timers: otherTimers, db: connections }),
    addDevice,
    assertion,
    ask,
    registerClient: async (device, id = uuid()) => {
      const encounterId = uuid();
      const answer = await ask(
        device,
        'POST',
        '/fhir',
        bundleOf('transaction', newClient(device, id, encounterId, uuid())),
      );
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
      return { clientId: id, encounterId };
    },
    note: (device, { clientId, encounterId }) =>
      createNote({
        id: uuid(),
        clientId,
        encounterId,
        practitionerId: device.practitionerId,
        practitionerName: device.practitionerId,
        organizationId: 'org',
        format: 'DAP',
        title: 'Progress note',
        now: clock.now(),
      }),
  };
  return server;
}

/** Reads the router's own drawing: the only list of routes it gives once they are made. */
function listRoutes(app: FastifyInstance): string[] {
  const routes: string[] = [];
  const path: string[] = [];
  for (const line of app.printRoutes({ commonPrefix: false }).split('\n')) {
    const found = /^(?<indent>[\s│]*)[├└]── (?<part>\S*) ?(?:\((?<methods>[A-Z, ]+)\))?/u.exec(line);
    if (found?.groups === undefined) continue;
    const { indent = '', part = '', methods = '' } = found.groups;
    path.length = indent.length / 4;
    path.push(part);
    for (const method of methods.split(', ').filter((name) => name !== '')) {
      routes.push(`${method} ${path.join('')}`);
    }
  }
  return routes;
}
