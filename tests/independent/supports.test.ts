import { expect, test } from 'vitest';
import type { Json } from './support/independentServer.ts';
import { useScene } from './support/scene.ts';

// The independent server: FhirRouter and MemoryRepository of @medplum/fhir-router 5.2.13, found out by experiment.
// Push and pull against it are in push.test.ts and pull.test.ts; a new version that behaves otherwise fails here.
//
// | what push and pull ask of a server            | there | what it means for us                                       |
// | --------------------------------------------- | ----- | ---------------------------------------------------------- |
// | PUT with the client's ids creates             | yes   | 200 and never 201                                          |
// | batch and transaction bundles, answers in order | yes | 50 updates in a transaction at most                        |
// | If-Match in a bundle                          | yes   | 412, and 404 where nothing is there                        |
// | If-None-Match in a bundle, or alone           | no    | ignored: `readBeforeCreate` is what an adapter has to do   |
// | etag and lastModified in an entry's answer    | no    | read from the resource that it returns (O7)                |
// | transactions are all or nothing               | no    | what was written before the refusal stays                  |
// | a refused transaction names the entry         | no    | found in the histories of its entries                      |
// | mutation ids kept in history                  | no    | our own earlier success is recognised by its content       |
// | history of a resource                         | yes   | no pages; order mended in `independentServer`; 404 once deleted |
// | history of a type, or of all, `_since`        | no    | 404, or an empty search set                                |
// | search by `_lastUpdated`                      | yes   | `feedFromSearch` makes a feed of it: no deletions in it    |
// | `$changes`, `$everything`, access events      | no    | `$changes` answers an empty search set with 200            |
// | validation, reference checks, signatures      | no    | it takes whatever is JSON with a type and an id            |
// | versions that count                           | no    | UUIDs: ordered by the server's clock                       |

const scene = useScene();

const patient = (rest: object = {}) => ({ resourceType: 'Patient', id: 'a', ...rest });

function entry(resource: Json & { readonly id?: unknown }, request: object = {}) {
  const url = `${String(resource['resourceType'])}/${String(resource['id'])}`;
  return { resource, request: { method: 'PUT', url, ...request } };
}

function bundle(type: 'batch' | 'transaction', ...rows: readonly object[]) {
  return { resourceType: 'Bundle', type, entry: rows };
}

function statuses(resource: Json): readonly unknown[] {
  const rows = resource['entry'] as readonly { readonly response: Json }[];
  return rows.map(({ response }) => response['status']);
}

test('an answer names no version but in the resource that it returns', async () => {
  const { ask } = scene().server;
  const extension = [{ url: 'https://fieldchart.org/fhir/StructureDefinition/mutation-id', valueUuid: 'm' }];
  const { status, resource } = await ask('POST', '', bundle('batch', entry(patient(), { extension })));
  expect(status).toBe(200);
  expect(resource).toMatchObject({
    type: 'batch-response',
    entry: [
      {
        response: { status: '200', location: 'Patient/a' },
        resource: { ...patient(), meta: { lastUpdated: '2026-11-22T08:00:01.000Z' } },
      },
    ],
  });
  const [row] = resource['entry'] as readonly [
    { readonly response: Json; readonly resource: { meta: Json } },
  ];
  expect(Object.keys(row.response)).not.toContain('etag');
  expect(Object.keys(row.response)).not.toContain('lastModified');
  expect(row.resource.meta['versionId']).toMatch(/^[0-9a-f-]{36}$/u);
  expect(JSON.stringify((await ask('GET', 'Patient/a/_history')).resource)).not.toContain('mutation-id');
});

test('If-Match is honoured in bundles; If-None-Match is not, nor outside of them', async () => {
  const { ask, versions } = scene().server;
  const stale = { ifMatch: 'W/"another"' };
  expect(statuses((await ask('POST', '', bundle('batch', entry(patient(), stale)))).resource)).toEqual([
    '404',
  ]);
  const create = bundle('batch', entry(patient(), { ifNoneMatch: '*' }));
  for (const _ of ['once', 'again'])
    expect(statuses((await ask('POST', '', create)).resource)).toEqual(['200']);
  await ask('PUT', 'Patient/a', patient(), { 'if-none-match': '*' });
  expect(await versions('Patient/a')).toHaveLength(3);
  expect(statuses((await ask('POST', '', bundle('batch', entry(patient(), stale)))).resource)).toEqual([
    '412',
  ]);
  const [latest] = await versions('Patient/a');
  const current = { ifMatch: `W/"${latest?.meta.versionId ?? ''}"` };
  expect(statuses((await ask('POST', '', bundle('batch', entry(patient(), current)))).resource)).toEqual([
    '200',
  ]);
});

test('a refused transaction leaves its first half behind, and names no entry', async () => {
  const { ask, versions } = scene().server;
  await ask('PUT', 'Patient/a', patient());
  const first = entry({ ...patient(), id: 'b' });
  const refused = await ask(
    'POST',
    '',
    bundle('transaction', first, entry(patient(), { ifMatch: 'W/"another"' })),
  );
  expect(refused.status).toBe(412);
  expect(refused.resource['resourceType']).toBe('OperationOutcome');
  expect(JSON.stringify(refused.resource)).not.toContain('expression');
  expect(await versions('Patient/b')).toHaveLength(1);
});

test('what there is to read: a resource’s history newest first, and searches by _lastUpdated', async () => {
  const { ask, versions } = scene().server;
  for (const active of [true, false]) await ask('PUT', 'Patient/a', patient({ active }));
  for (const _ of ['every', 'reading'])
    expect((await versions('Patient/a')).map((version) => (version as { active?: boolean }).active)).toEqual([
      false,
      true,
    ]);
  const search = (since: string) => ask('GET', `Patient?_lastUpdated=ge${since}`);
  expect((await search('2026-11-22T08:00:02.000Z')).resource).toMatchObject({ total: 1 });
  expect((await search('2026-11-22T08:00:02.001Z')).resource).toMatchObject({ total: 0 });

  expect(await ask('GET', 'Patient/_history?_since=2026-01-01T00:00:00Z')).toMatchObject({ status: 404 });
  expect(await ask('GET', 'Patient/a/$everything')).toMatchObject({ status: 404 });
  for (const url of ['_history?_since=2026-01-01T00:00:00Z', '$changes'])
    expect(await ask('GET', url)).toMatchObject({ status: 200, resource: { type: 'searchset', total: 0 } });

  await ask('DELETE', 'Patient/a');
  expect(await ask('GET', 'Patient/a/_history')).toMatchObject({ status: 404 });
});

test('it takes what no FHIR validator would, and references to nothing', async () => {
  const { ask } = scene().server;
  const odd = { resourceType: 'Encounter', id: 'e', mood: 7, subject: { reference: 'Patient/nobody' } };
  expect(statuses((await ask('POST', '', bundle('batch', entry(odd)))).resource)).toEqual(['200']);
  const many = Array.from({ length: 51 }, (_, id) => entry({ ...patient(), id: String(id) }));
  expect(await ask('POST', '', bundle('transaction', ...many))).toMatchObject({ status: 400 });
});
