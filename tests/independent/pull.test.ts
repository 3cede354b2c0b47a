import type { FhirResource, Patient } from '@fieldchart/clinical';
import { expect, test } from 'vitest';
import { feedFromSearch } from './support/feedFromSearch.ts';
import { useScene } from './support/scene.ts';

// What the independent server supports, and what not, is the table on top of supports.test.ts. Pulling needs
// `$changes`, which it lacks: `feedFromSearch` is the adapter of the port that such a server would need.

const scene = useScene();

const types = ['Patient', 'CareTeam', 'Encounter', 'Composition', 'Provenance'];
const other = { resourceType: 'Patient', id: 'b', name: [{ family: 'Begaye' }] };
const born = (birthDate: string) => (resource: FhirResource) => ({ ...(resource as Patient), birthDate });

test('an empty answer to a feed that is not there is not taken for "nothing new"', async () => {
  const { server, client, open } = scene();
  const device = await open(client);
  await server.ask('PUT', 'Patient/b', other);
  expect(await device.pull()).toMatchObject({ code: 'not-fhir' });
  expect(await device.store.cursor()).toBeUndefined();
});

test('what another client wrote is pulled, and from then on only what is new', async () => {
  const { server, client, open } = scene();
  const device = await open(feedFromSearch(client, types));
  expect(await device.pull()).toBeUndefined();
  await server.ask('PUT', 'Patient/b', other);
  await server.ask('PUT', 'Encounter/v', { resourceType: 'Encounter', id: 'v', status: 'planned' });
  expect(await device.pull()).toBeUndefined();
  expect((await device.store.get('Patient/b'))?.resource).toMatchObject(other);
  const [version] = await server.versions('Patient/b');
  expect(await device.store.get('Patient/b')).toMatchObject({
    versionId: version?.meta.versionId,
    sync: 'none',
    receipt: null,
  });

  await server.ask('PUT', 'Patient/b', { ...other, gender: 'male' });
  expect(await device.pull()).toBeUndefined();
  expect(await device.store.get('Patient/b')).toMatchObject({ revision: 2, resource: { gender: 'male' } });
  expect(await device.store.get('Encounter/v')).toMatchObject({ revision: 1 });
});

test('a second device comes to hold the same, and what a device sent itself is no news to it', async () => {
  const { client, open } = scene();
  const first = await open(feedFromSearch(client, types));
  const second = await open(feedFromSearch(client, types));
  await first.admit();
  await first.push();
  await first.sign();
  await first.push();
  for (const device of [first, second]) expect(await device.pull()).toBeUndefined();

  for (const key of Object.values(first.keys)) {
    const [mine, theirs] = [await first.store.get(key), await second.store.get(key)];
    expect(theirs?.versionId, key).toBe(mine?.versionId);
    expect({ ...theirs?.resource, meta: null }, key).toEqual({ ...mine?.resource, meta: null });
    expect(mine?.sync).toBe('acknowledged');
  }
});

test('C1: a pulled version and an edit that waits join before anything is sent', async () => {
  const { server, client, open } = scene();
  const device = await open(feedFromSearch(client, types));
  await server.ask('PUT', 'Patient/b', other);
  await device.pull();
  await device.edit('Patient/b', born('1990-05-06'));
  await server.ask('PUT', 'Patient/b', { ...other, gender: 'male' });
  expect(await device.pull()).toBeUndefined();
  expect(await device.push()).toBeUndefined();

  const versions = await server.versions('Patient/b');
  expect(versions).toHaveLength(3);
  expect(versions[0]).toMatchObject({ gender: 'male', birthDate: '1990-05-06' });
});

test('O4: what comes back before the answer, our own version or another on top of it, waits for the outcome', async () => {
  const { server, client, open } = scene();
  const device = await open(feedFromSearch(client, types));
  await server.ask('PUT', 'Patient/b', other);
  await device.pull();
  await device.edit('Patient/b', born('1990-05-06'));
  server.loseNextAnswer();
  await device.push();
  expect(await device.pull()).toBeUndefined();
  await server.ask('PUT', 'Patient/b', { ...other, birthDate: '1990-05-06', gender: 'male' });
  expect(await device.pull()).toBeUndefined();
  expect(await device.store.get('Patient/b')).toMatchObject({ sync: 'attempted', inConflict: false });
  expect(await device.push()).toBeUndefined();

  const [latest, ours, ...older] = await server.versions('Patient/b');
  expect(older).toHaveLength(1);
  expect(await device.store.get('Patient/b')).toMatchObject({
    sync: 'acknowledged',
    inConflict: false,
    receipt: { versionId: ours?.meta.versionId },
    versionId: latest?.meta.versionId,
    resource: { birthDate: '1990-05-06', gender: 'male' },
  });
});

test('searches miss deletions: the record stays here, and its next edit is a conflict', async () => {
  const { server, client, open } = scene();
  const device = await open(feedFromSearch(client, types));
  await server.ask('PUT', 'Patient/b', other);
  await device.pull();
  await server.ask('DELETE', 'Patient/b');
  expect(await device.pull()).toBeUndefined();
  expect(await device.store.get('Patient/b')).toBeDefined();
  await device.edit('Patient/b', born('1990-05-06'));
  await device.push();
  expect(await server.versions('Patient/b')).toEqual([]);
  expect(await device.store.conflictsOf('Patient/b')).toMatchObject([{ theirs: null }]);
});
