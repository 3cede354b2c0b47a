import { createCareTeam, createPatient } from '@fieldchart/clinical';
import type { HttpTransport } from '@fieldchart/fhir-sync';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Storage, openPGlite } from '../../apps/sync-server/src/storage/openStorage.ts';
import { type TestServer, openTestServer } from '../../apps/sync-server/src/testing/testServer.ts';
import { type SimulatedDevice, openSimulatedDevice } from './simulatedDevice.ts';

let storage: Storage;

beforeAll(async () => {
  storage = await openPGlite();
}, 60_000);

afterAll(async () => {
  await storage.close();
});

/** A network that keeps the bundles sent over it. */
function createWatchedNetwork() {
  const bundles: string[] = [];
  const wrap = (transport: HttpTransport): HttpTransport => ({
    request(request) {
      if (request.path === '/fhir') bundles.push(request.body ?? '');
      return transport.request(request);
    },
  });
  return { bundles, wrap };
}

async function registerClient(server: TestServer, device: SimulatedDevice): Promise<string> {
  const clientId = server.uuid();
  const address = { phone: '', line: '', city: '', state: '', postalCode: '' };
  const person = {
    given: 'Noor',
    family: 'Berg',
    birthDate: '1980-02-03',
    gender: 'unknown',
    language: 'en',
  } as const;
  const patient = createPatient({ id: clientId, organizationId: 'org', ...person, ...address });
  const team = createCareTeam({
    id: server.uuid(),
    clientId,
    members: [{ practitionerId: 'ana', name: 'Ana Ruiz' }],
    organizationId: 'org',
    startedAt: server.clock.now(),
  });
  await device.store().recordGroup(
    [patient, team].map((resource) => ({ resource, basedOn: 0 })),
    'ana',
  );
  return clientId;
}

for (const fate of ['request-lost', 'answer-lost'] as const) {
  test(`D4, O4: a device that dies waiting for an answer (${fate}) sends the same bytes again, to one effect`, async () => {
    const server = await openTestServer(storage);
    const network = createWatchedNetwork();
    const open = { name: 'phone', server, identity: server.ana, seed: 1, network: network.wrap };
    const device = await openSimulatedDevice(open);
    const clientId = await registerClient(server, device);

    // The first request is for a token.
    await device.crashDuringSync({ after: 1, delivered: fate === 'answer-lost' });
    expect(network.bundles).toHaveLength(1);
    expect(await device.store().outboxCounts()).toMatchObject({ attempted: 2, waiting: 0 });

    await device.sync();
    expect(network.bundles).toHaveLength(2);
    expect(network.bundles[1]).toBe(network.bundles[0]);
    const versions = await storage.db
      .selectFrom('history')
      .select(['type', 'id', 'version'])
      .where('client_id', '=', clientId)
      .execute();
    expect(versions.map(({ type, version }) => `${type} ${String(version)}`)).toEqual([
      'Patient 1',
      'CareTeam 1',
    ]);

    // O7: the receipt names the server's version.
    const receipts = await device.store().recentReceipts(10);
    expect(receipts.map(({ versionId }) => versionId)).toEqual(['1', '1']);
    expect(await device.store().outboxCounts()).toMatchObject({
      attempted: 0,
      waiting: 0,
      parked: 0,
      held: 0,
    });
    await device.dispose();
    await server.app.close();
  });
}

test('a second device of the clinician receives what the first sent; another clinician’s receives none (S3)', async () => {
  const server = await openTestServer(storage);
  const network = (transport: HttpTransport) => transport;
  const phone = await openSimulatedDevice({ name: 'phone', server, identity: server.ana, seed: 1, network });
  const second = await server.addDevice('ana');
  const tablet = await openSimulatedDevice({ name: 'tablet', server, identity: second, seed: 2, network });
  const other = await openSimulatedDevice({ name: 'other', server, identity: server.ben, seed: 3, network });

  const before = await registerClient(server, phone);
  await phone.sync();
  for (const device of [tablet, other]) await device.sync();
  const after = await registerClient(server, phone);
  await phone.sync();
  for (const device of [tablet, other]) await device.sync();

  for (const clientId of [before, after]) {
    expect(await tablet.store().get(`Patient/${clientId}`)).toMatchObject({ versionId: '1', sync: 'none' });
    expect(await other.store().get(`Patient/${clientId}`)).toBeUndefined();
  }
  expect(await other.store().get('Organization/org')).toBeDefined();
  for (const device of [phone, tablet, other]) await device.dispose();
  await server.app.close();
});
