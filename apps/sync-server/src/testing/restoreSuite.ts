import { beforeEach, expect, test } from 'vitest';
import type { Storage } from '../storage/openStorage.ts';
import { restoreBackup, takeBackup } from './backup.ts';
import { bundleOf, entryOf } from './requests.ts';
import { type AnyJson, type Answer, type TestDevice, type TestServer, openTestServer } from './testServer.ts';

const json = { 'content-type': 'application/json' };

/** A server whose database was put back from a backup, on every database. */
export function defineRestoreSuite(storage: () => Storage): void {
  let server: TestServer;
  let of: { clientId: string; encounterId: string };
  beforeEach(async () => {
    server = await openTestServer(storage(), { admin: { token: 'operator', ticketFolder: '/nonexistent' } });
    of = await server.registerClient(server.ana);
  });

  const cursorOf = ({ body }: Answer) =>
    new URL(body.link[0].url, 'http://x/fhir/').searchParams.get('_cursor') ?? '';
  const read = (device: TestDevice, cursor?: string) =>
    server.ask(
      device,
      'GET',
      `/fhir/$changes?_count=1000${cursor === undefined ? '' : `&_cursor=${cursor}`}`,
    );
  const latest = async (device: TestDevice) => cursorOf(await read(device));
  const problemOf = ({ status, body }: Answer) => [
    status,
    body.issue?.[0].code,
    body.issue?.[0].details?.coding?.[0].code,
  ];
  const changed = [410, 'expired', 'epoch-changed'];
  const write = (entries: Parameters<typeof bundleOf>[1], headers?: Record<string, string>) =>
    server.ask(server.ana, 'POST', '/fhir', bundleOf('batch', entries), headers);
  const statusesOf = ({ body }: Answer): string[] =>
    body.entry.map((entry: AnyJson) => entry.response.status.slice(0, 3));
  const versionOf = ({ body }: Answer) => Number(/\d+/u.exec(body.entry[0].response.etag)?.[0]);
  const announce = () =>
    server.ask({ ...server.ana, token: 'operator' }, 'POST', '/admin/restored', {}, json);
  const alerts = () => storage().db.selectFrom('alert').select(['kind', 'details']).execute();
  const epoch = async () =>
    (await storage().db.selectFrom('organization').select('epoch').executeTakeFirstOrThrow()).epoch;
  const version = (number: number) => `W/"${String(number)}"`;

  test('a restore that is announced ends every cursor, says when the backup ends, and is audited', async () => {
    server.clock.advance(60_000);
    await takeBackup(storage().db);
    const { last_written: ends } = await storage()
      .db.selectFrom('organization')
      .select('last_written')
      .executeTakeFirstOrThrow();
    const cursor = await latest(server.ana);
    server.clock.advance(60_000);
    await write([server.note(server.ana, of)]);
    await restoreBackup(storage().db);
    expect(await announce()).toMatchObject({ status: 200, body: { lastWritten: ends } });
    expect(problemOf(await read(server.ana, cursor))).toEqual(changed);
    expect((await read(server.ana)).status).toBe(200);
    const audited = await storage()
      .db.selectFrom('audit')
      .select(['practitioner_id', 'device_id'])
      .where('action', '=', 'epoch-started')
      .execute();
    expect(audited).toEqual([{ practitioner_id: null, device_id: null }]);
    expect(await alerts()).toEqual([]);
  });

  test('D3, S2: acknowledged work that the backup lacks is sent again under its own ids, and stands once', async () => {
    const [kept, lost] = [server.note(server.ana, of), server.note(server.ana, of)];
    const [keptId, lostId, updateId] = [server.uuid(), server.uuid(), server.uuid()];
    const first = await write([entryOf(kept, { mutationId: keptId })]);
    await takeBackup(storage().db);
    await write([entryOf(lost, { mutationId: lostId })]);
    await write([entryOf({ ...kept, title: 'Second' }, { mutationId: updateId, ifMatch: version(1) })]);
    await restoreBackup(storage().db);
    await announce();
    // The backup holds it: answered as then. It lacks it: written now.
    expect((await write([entryOf(kept, { mutationId: keptId })])).body).toEqual(first.body);
    const again = await write([
      entryOf(lost, { mutationId: lostId }),
      entryOf({ ...kept, title: 'Second' }, { mutationId: updateId, ifMatch: version(1) }),
    ]);
    expect(statusesOf(again)).toEqual(['201', '200']);
    const twice = await write([entryOf(lost, { mutationId: lostId })]);
    expect(twice.body.entry[0]).toEqual(again.body.entry[0]);
    const rows = await storage()
      .db.selectFrom('history')
      .select('mutation_id')
      .where('mutation_id', 'in', [keptId, lostId, updateId])
      .execute();
    expect(rows).toHaveLength(3);
  });

  test('what leads a device right: 404 on an update of what is not there, 412 on a lost base, 412 on a create of what is', async () => {
    const [kept, lost] = [server.note(server.ana, of), server.note(server.ana, of)];
    await write([kept]);
    await takeBackup(storage().db);
    await write([lost]);
    const third = await write([entryOf({ ...kept, title: 'Lost' }, { ifMatch: version(1) })]);
    expect(versionOf(third)).toBe(2);
    await restoreBackup(storage().db);
    await announce();
    const answer = await write([
      entryOf({ ...lost, title: 'Update' }, { ifMatch: version(1) }),
      entryOf({ ...kept, title: 'On the lost version' }, { ifMatch: version(2) }),
      entryOf(kept, { mutationId: server.uuid() }),
      entryOf({ ...kept, title: 'On what is there' }, { ifMatch: version(1) }),
      lost,
    ]);
    expect(statusesOf(answer)).toEqual(['404', '412', '412', '200', '201']);
  });

  test('C1: a version number never has two contents: what is written after a restore is above all that was lost', async () => {
    const note = server.note(server.ana, of);
    await write([note]);
    await takeBackup(storage().db);
    for (const number of [1, 2, 3]) {
      await write([entryOf({ ...note, title: `Lost ${number}` }, { ifMatch: version(number) })]);
    }
    let backedUp = 1;
    for (let round = 0; round < 4; round += 1) {
      await restoreBackup(storage().db);
      await announce();
      server.clock.advance(60_000);
      let base = backedUp;
      for (const title of ['New', 'Newer', 'Newest']) {
        const written = await write([entryOf({ ...note, title }, { ifMatch: version(base) })]);
        expect(statusesOf(written)).toEqual(['200']);
        base = versionOf(written);
      }
      // Someone who holds the lost version 4 can never overwrite what stands under that number by chance.
      const stale = await write([entryOf({ ...note, title: 'Stale' }, { ifMatch: version(4) })]);
      expect(statusesOf(stale)).toEqual(['412']);
      expect(base).toBeGreaterThan(1_000_000);
      versions.push(base);
      const created = await write([server.note(server.ana, of)]);
      expect([statusesOf(created), versionOf(created) > 1_000_000]).toEqual([['201'], true]);
      const read = await server.ask(server.ana, 'GET', `/fhir/Composition/${note.id}`);
      expect(read.body.meta.versionId).toBe(String(base));
      if (round !== 1) continue;
      await takeBackup(storage().db);
      backedUp = base;
    }
    // A second restore of the same backup does not count over the first one's numbers, whether that backup was made
    // before any restore or after one.
    for (const [at, highest] of versions.slice(0, -1).entries())
      expect(versions[at + 1]).toBeGreaterThan(highest + 3);
  });
  const versions: number[] = [];

  test('S1: a cursor ahead of the counter proves a restore: a new epoch at once, one alert, and every cursor ends', async () => {
    const old = await latest(server.ben);
    await takeBackup(storage().db);
    await write([server.note(server.ana, of)]);
    const [ahead, other] = [await latest(server.ana), await latest(server.ben)];
    await restoreBackup(storage().db);
    const before = await epoch();
    expect(problemOf(await read(server.ana, ahead))).toEqual(changed);
    const after = await epoch();
    expect(after).not.toBe(before);
    for (const cursor of [ahead, other, old]) {
      expect(problemOf(await read(server.ben, cursor))).toEqual(changed);
    }
    expect(await epoch()).toBe(after);
    const raised = await alerts();
    expect(raised.map(({ kind }) => kind)).toEqual(['restore-suspected']);
    expect(raised[0]?.details).toMatchObject({ 'cursor-counter': expect.stringMatching(/^\d+$/u) });
    const again = await latest(server.ana);
    expect((await read(server.ana, again)).status).toBe(200);
  });

  test('S1: a restored server that has counted on is found out too, before it hides what was written meanwhile', async () => {
    await takeBackup(storage().db);
    await write([server.note(server.ana, of)]);
    const cursor = await latest(server.ana);
    await restoreBackup(storage().db);
    server.clock.advance(1000);
    for (let count = 0; count < 5; count += 1) await write([server.note(server.ana, of)]);
    expect(problemOf(await read(server.ana, cursor))).toEqual(changed);
    expect(await alerts()).toHaveLength(1);
  });

  test('a cursor that the backup still holds reads on; numbers that were only counted are no rows', async () => {
    const refused = { ...server.note(server.ana, of), encounter: { reference: 'Encounter/none' } } as AnyJson;
    await write([refused]);
    const cursor = await latest(server.ana);
    await takeBackup(storage().db);
    await restoreBackup(storage().db);
    const note = server.note(server.ana, of);
    await write([note]);
    const page = await read(server.ana, cursor);
    expect(page.body.entry.map((entry: AnyJson) => entry.fullUrl)).toEqual([`Composition/${note.id}`]);
    // Counted, lost, and counted again for a row: the cursor that has counted it would skip the row.
    await takeBackup(storage().db);
    await write([refused]);
    await write([refused]);
    const counted = await latest(server.ana);
    await restoreBackup(storage().db);
    for (let count = 0; count < 3; count += 1) await write([server.note(server.ana, of)]);
    expect(problemOf(await read(server.ana, counted))).toEqual(changed);
  });

  test('a push that names its cursor is refused before anything is written, and tells of the restore', async () => {
    await takeBackup(storage().db);
    await write([server.note(server.ana, of)]);
    const cursor = await latest(server.ana);
    await restoreBackup(storage().db);
    const rows = async () => (await storage().db.selectFrom('history').select('sequence').execute()).length;
    const before = await rows();
    const note = server.note(server.ana, of);
    expect(problemOf(await write([note], { 'fieldchart-cursor': cursor }))).toEqual(changed);
    expect(await rows()).toBe(before);
    expect(await alerts()).toHaveLength(1);
    const fresh = await latest(server.ana);
    expect((await write([note], { 'fieldchart-cursor': fresh })).status).toBe(200);
    expect((await write([server.note(server.ana, of)], { 'fieldchart-cursor': fresh })).status).toBe(200);
  });

  test('a cursor that this server did not make is told apart, and starts no epoch', async () => {
    const before = await epoch();
    const [content = '', mark = ''] = (await latest(server.ana)).split('.');
    const parts = JSON.parse(Buffer.from(content, 'base64url').toString()) as [string, number];
    parts[1] += 1_000_000;
    const forged = Buffer.from(JSON.stringify(parts)).toString('base64url');
    for (const cursor of ['', 'x', content, `${content}.`, `${forged}.${mark}`, `${content}.${mark}.x`]) {
      expect(problemOf(await read(server.ana, cursor))).toEqual([410, 'expired', 'cursor-unknown']);
      const pushed = await write([server.note(server.ana, of)], { 'fieldchart-cursor': cursor });
      expect(problemOf(pushed)).toEqual([410, 'expired', 'cursor-unknown']);
    }
    expect(await epoch()).toBe(before);
    expect(await alerts()).toEqual([]);
  });

  test('S1: of many devices that find out a restore at the same time, one starts the new epoch', async () => {
    await takeBackup(storage().db);
    await write([server.note(server.ana, of)]);
    const cursor = await latest(server.ana);
    await restoreBackup(storage().db);
    const answers = await Promise.all(Array.from({ length: 8 }, () => read(server.ana, cursor)));
    for (const answer of answers) expect(problemOf(answer)).toEqual(changed);
    expect(await alerts()).toHaveLength(1);
    const started = await storage()
      .db.selectFrom('audit')
      .select('number')
      .where('action', '=', 'epoch-started')
      .execute();
    expect(started).toHaveLength(1);
  });
}
