import type { FhirResource, Patient } from '@fieldchart/clinical';
import { expect, test } from 'vitest';
import type { IndependentDevice } from './support/independentDevice.ts';
import type { IndependentServer, Stored } from './support/independentServer.ts';
import { readBeforeCreate } from './support/readBeforeCreate.ts';
import { useScene } from './support/scene.ts';

// What the independent server supports, and what not, is the table on top of supports.test.ts.

const scene = useScene();

const born = (birthDate: string) => (resource: FhirResource) => ({ ...(resource as Patient), birthDate });
const content = (resource: FhirResource) => ({ ...resource, meta: null });

/** What another client makes of the record, with plain requests and the latest version in hand. */
async function editElsewhere(server: IndependentServer, key: string, change: object): Promise<void> {
  const [latest] = await server.versions(key);
  const ifMatch = `W/"${latest?.meta.versionId ?? ''}"`;
  const { status } = await server.ask('PUT', key, { ...latest, ...change }, { 'if-match': ifMatch });
  expect(status).toBe(200);
}

/** A device whose registration, visit and note the server has. */
async function sent() {
  const { server, client, open } = scene();
  const device = await open(client);
  await device.admit();
  await device.push();
  return { server, device };
}

async function expectReceipts(server: IndependentServer, device: IndependentDevice, keys: readonly string[]) {
  expect(await device.store.outboxCounts()).toEqual({ waiting: 0, attempted: 0, parked: 0, held: 0 });
  for (const key of keys) {
    const [latest] = await server.versions(key);
    const record = await device.store.get(key);
    expect(record?.receipt, key).toEqual({
      versionId: latest?.meta.versionId,
      serverTime: latest?.meta.lastUpdated,
    });
    expect(content(latest as Stored), key).toEqual(content(record?.resource as FhirResource));
  }
}

test('O7: a registration, a visit, a note and its signature are acknowledged with the server’s own versions', async () => {
  const { server, client, open } = scene();
  const device = await open(client);
  await device.admit();
  expect(await device.push()).toBeUndefined();
  await device.sign();
  await device.edit(device.keys.client, born('1980-02-04'));
  expect(await device.push()).toBeUndefined();

  await expectReceipts(server, device, Object.values(device.keys));
  expect(server.posted.map((body) => (JSON.parse(body) as { type: string }).type)).toContain('transaction');
  expect(
    (await server.versions(device.keys.note)).map((note) => (note as { status?: string }).status),
  ).toEqual(['final', 'preliminary']);
  expect(await server.versions(device.keys.client)).toHaveLength(2);
});

test('O4: an update whose answer was lost goes again as the same bytes, and is found in the history by its content', async () => {
  const { server, device } = await sent();
  await device.edit(device.keys.client, born('1980-02-04'));
  server.loseNextAnswer();
  expect(await device.push()).toMatchObject({ code: 'no-answer' });
  expect(await device.push()).toBeUndefined();

  expect(server.posted.at(-1)).toBe(server.posted.at(-2));
  expect(await server.versions(device.keys.client)).toHaveLength(2);
  await expectReceipts(server, device, [device.keys.client]);
});

test('O4: so it is after another client’s edit, and that edit is not written over', async () => {
  const { server, device } = await sent();
  await device.edit(device.keys.client, born('1980-02-04'));
  server.loseNextAnswer();
  await device.push();
  await editElsewhere(server, device.keys.client, { gender: 'female' });
  expect(await device.push()).toBeUndefined();

  const [latest, ours] = await server.versions(device.keys.client);
  expect(latest).toMatchObject({ gender: 'female', birthDate: '1980-02-04' });
  expect((await device.store.get(device.keys.client))?.receipt?.versionId).toBe(ours?.meta.versionId);
});

test('O4, O6: a signed group whose answer was lost is refused with no entry named, and found whole in the histories', async () => {
  const { server, device } = await sent();
  await device.sign();
  server.loseNextAnswer();
  expect(await device.push()).toMatchObject({ code: 'no-answer' });
  expect(await device.push()).toBeUndefined();

  expect(server.posted.at(-1)).toBe(server.posted.at(-2));
  expect(await server.versions(device.keys.note)).toHaveLength(2);
  expect(await server.versions(device.keys.signature)).toHaveLength(1);
  await expectReceipts(server, device, [device.keys.note, device.keys.signature]);
});

test('If-None-Match is ignored: a create that goes again writes over what another made of it, with no adapter in between', async () => {
  const { server, client, open } = scene();
  const device = await open(client);
  await device.admit();
  server.loseNextAnswer();
  await device.push();
  await editElsewhere(server, device.keys.client, { gender: 'female' });
  expect(await device.push()).toBeUndefined();

  const versions = await server.versions(device.keys.client);
  expect(versions.map((version) => (version as Patient).gender)).toEqual(['unknown', 'female', 'unknown']);
  await expectReceipts(server, device, [device.keys.client]);
});

test('O4: an adapter that reads before it creates gives the same create one effect, and leaves the other’s edit', async () => {
  const { server, client, open } = scene();
  const device = await open(readBeforeCreate(client));
  await device.admit();
  server.loseNextAnswer();
  await device.push();
  await editElsewhere(server, device.keys.client, { gender: 'female' });
  expect(await device.push()).toBeUndefined();

  const versions = await server.versions(device.keys.client);
  expect(versions.map((version) => (version as Patient).gender)).toEqual(['female', 'unknown']);
  expect((await device.store.get(device.keys.client))?.receipt?.versionId).toBe(versions[1]?.meta.versionId);
  await expectReceipts(server, device, [device.keys.team, device.keys.visit, device.keys.note]);
  for (const key of [device.keys.team, device.keys.visit, device.keys.note])
    expect(await server.versions(key)).toHaveLength(1);
});

test('C1: edits of different fields, here and elsewhere, join: If-Match is honoured in bundles', async () => {
  const { server, device } = await sent();
  await device.edit(device.keys.client, born('1980-02-04'));
  await editElsewhere(server, device.keys.client, { gender: 'female' });
  expect(await device.push()).toBeUndefined();

  const [latest] = await server.versions(device.keys.client);
  expect(latest).toMatchObject({ gender: 'female', birthDate: '1980-02-04' });
  await expectReceipts(server, device, [device.keys.client]);
});

test('C1: an edit of a field that was changed elsewhere is a conflict; the server’s stands, both are kept', async () => {
  const { server, device } = await sent();
  await device.edit(device.keys.client, born('1980-02-04'));
  await editElsewhere(server, device.keys.client, { birthDate: '1980-02-05' });
  expect(await device.push()).toBeUndefined();

  expect(await server.versions(device.keys.client)).toHaveLength(2);
  expect(await device.store.get(device.keys.client)).toMatchObject({ sync: 'parked', inConflict: true });
  expect(await device.store.conflictsOf(device.keys.client)).toMatchObject([
    { mine: { birthDate: '1980-02-04' }, theirs: { birthDate: '1980-02-05' } },
  ]);
});

test('an update of what another deleted is a conflict, and never creates it again', async () => {
  const { server, device } = await sent();
  await device.edit(device.keys.visit, (visit) => ({ ...visit, status: 'cancelled' }) as FhirResource);
  await server.ask('DELETE', device.keys.visit);
  expect(await device.push()).toBeUndefined();

  expect(await server.versions(device.keys.visit)).toEqual([]);
  expect(await device.store.conflictsOf(device.keys.visit)).toMatchObject([
    { mine: { status: 'cancelled' }, theirs: null },
  ]);
});

test('C2, O6: a note that moved before it was signed refuses the whole group; what is signed stays as it was', async () => {
  const { server, device } = await sent();
  await device.sign();
  await editElsewhere(server, device.keys.note, { title: 'Another title' });
  expect(await device.push()).toBeUndefined();

  expect(await server.versions(device.keys.signature)).toEqual([]);
  expect(await server.versions(device.keys.note)).toHaveLength(2);
  expect(await device.store.get(device.keys.note)).toMatchObject({
    sync: 'parked',
    inConflict: true,
    resource: { status: 'final' },
  });
});

test('its transactions are not atomic: a half that stays is acknowledged, the other half is shown as not sent', async () => {
  const { server, device } = await sent();
  const { store, keys } = device;
  const group = [];
  for (const [key, change] of [
    [keys.client, { birthDate: '1980-02-04' }],
    [keys.visit, { status: 'cancelled' }],
  ] as const) {
    const record = await store.get(key);
    const resource = { ...record?.resource, ...change } as FhirResource;
    group.push({ resource, basedOn: record?.revision ?? 0 });
  }
  await store.recordGroup(group, 'ana');
  await editElsewhere(server, keys.visit, { status: 'finished' });
  expect(await device.push()).toBeUndefined();

  const [client1, visit1] = [await server.versions(keys.client), await server.versions(keys.visit)];
  expect(client1[0]).toMatchObject({ birthDate: '1980-02-04' });
  expect(visit1[0]).toMatchObject({ status: 'finished' });
  expect((await store.get(keys.client))?.receipt?.versionId).toBe(client1[0]?.meta.versionId);
  expect(await store.get(keys.visit)).toMatchObject({ sync: 'parked', inConflict: true });
});
