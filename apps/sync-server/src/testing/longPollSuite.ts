import { setTimeout as realDelay } from 'node:timers/promises';
import { type CareTeam, EMERGENCY_PATH, emergencyRequestToParameters } from '@fieldchart/clinical';
import { type FakeTimers, createFakeTimers } from '@fieldchart/foundation/testing';
import { beforeEach, expect, test } from 'vitest';
import { glanceAtChanges } from '../fhir/glanceAtChanges.ts';
import { startEpoch } from '../restore/startEpoch.ts';
import { systemTimers } from '../setup/systemTimers.ts';
import type { Storage } from '../storage/openStorage.ts';
import { bundleOf, entryOf, newClient } from './requests.ts';
import {
  type AnyJson,
  type Answer,
  type TestDevice,
  type TestServer,
  openTestServer,
  system,
} from './testServer.ts';

/** Waiting for changes, on every database: in virtual time, and over real connections to one and to two servers. */
export function defineLongPollSuite(storage: () => Storage): void {
  let server: TestServer;
  let timers: FakeTimers;
  beforeEach(async () => {
    server = await openTestServer(storage(), {
      timers: (advanceClock) => {
        timers = createFakeTimers(advanceClock);
        return timers;
      },
    });
  });

  const cursorOf = ({ body }: Answer) =>
    new URL(body.link[0].url, 'http://x/fhir/').searchParams.get('_cursor') ?? '';
  const latest = async (device: TestDevice) =>
    cursorOf(await server.ask(device, 'GET', '/fhir/$changes?_count=1000'));
  const keysOf = ({ body }: Answer): string[] =>
    (body.entry ?? []).map((entry: AnyJson) => entry.fullUrl ?? entry.resource.parameter[0].name);
  /** Asks, and resolves once the request waits. */
  const waiting = async (device: TestDevice, cursor: string, seconds = 30) => {
    const before = timers.pending;
    const answer = server.ask(device, 'GET', `/fhir/$changes?_cursor=${cursor}&_wait=${seconds}`);
    await until(() => timers.pending > before);
    return { answer };
  };
  const until = async (holds: () => boolean) => {
    for (let turn = 0; !holds(); turn += 1) {
      if (turn > 500) throw new Error('it did not come to that');
      await realDelay(5);
    }
  };
  const write = (of: { clientId: string; encounterId: string }) => {
    const note = server.note(server.ana, of);
    return server.ask(server.ana, 'POST', '/fhir', bundleOf('batch', [note])).then(() => note);
  };

  test('a page that would be empty comes at once when another device writes, and no later than asked', async () => {
    const of = await server.registerClient(server.ana);
    const other = await server.addDevice('ana');
    const { answer } = await waiting(other, await latest(other));
    const note = await write(of);
    const page = await answer;
    expect([page.status, keysOf(page)]).toEqual([200, [`Composition/${note.id}`]]);

    const began = server.clock.now();
    const second = await waiting(other, cursorOf(page), 99);
    await timers.advance(30_000);
    const empty = await second.answer;
    expect([empty.status, keysOf(empty), empty.body.link[0].relation]).toEqual([200, [], 'resume']);
    expect(server.clock.now() - began).toBe(30_000);
    expect(timers.pending).toBe(0);
  });

  test('what is there already, no wait, a foreign cursor and the opening are answered at once', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const cursor = await latest(ana);
    expect(keysOf(await ask(ana, 'GET', `/fhir/$changes?_cursor=${cursor}&_wait=0`))).toEqual([]);
    await write(of);
    expect(keysOf(await ask(ana, 'GET', `/fhir/$changes?_cursor=${cursor}&_wait=30`))).toHaveLength(1);
    expect((await ask(ana, 'GET', '/fhir/$changes?_count=0&_wait=30')).body.entry).toHaveLength(1);
    expect((await ask(ana, 'GET', '/fhir/$changes?_cursor=x&_wait=30')).status).toBe(410);
    for (const wrong of ['-1', '1.5', 'long', '']) {
      expect((await ask(ana, 'GET', `/fhir/$changes?_cursor=${cursor}&_wait=${wrong}`)).status).toBe(400);
    }
    expect(timers.pending).toBe(0);
  });

  test('S3: emergency access wakes its device when it is given, and within a second of its end', async () => {
    const { ana, ben, ask } = server;
    const { clientId } = await server.registerClient(ana);
    const given = await waiting(ben, await latest(ben));
    const request = {
      client: { by: 'identifier', identifier: clientId },
      reason: 'Found unconscious at the bus stop',
    } as const;
    await ask(ben, 'POST', EMERGENCY_PATH, emergencyRequestToParameters(request));
    const page = await given.answer;
    expect(keysOf(page)).toEqual(['access-gained']);
    const ended = await waiting(ben, cursorOf(page));
    await storage().db.updateTable('emergency_access').set({ expires_at: 1 }).execute();
    await timers.advance(1000);
    expect(keysOf(await ended.answer)).toEqual(['access-lost']);
  });

  test('S3: access gained and access lost wake the one concerned; a stranger’s client wakes nobody else', async () => {
    const { ana, ben, sue, ask } = server;
    const [clientId, teamId] = [server.uuid(), server.uuid()];
    const [patient, team, encounter] = newClient(ana, clientId, server.uuid(), teamId) as [
      AnyJson,
      CareTeam,
      AnyJson,
    ];
    const before = await glanceAtChanges(storage().db, 0);
    await ask(ana, 'POST', '/fhir', bundleOf('transaction', [patient, team, encounter]));
    expect(await glanceAtChanges(storage().db, before.sequence)).toMatchObject({
      everybody: false,
      touched: ['ana'],
    });
    const gained = await waiting(ben, await latest(ben));
    const both = [...(team.participant ?? []), { member: { reference: 'Practitioner/ben' } }];
    const joined = entryOf({ ...team, participant: both }, { ifMatch: 'W/"1"' });
    expect((await ask(sue, 'POST', '/fhir', bundleOf('transaction', [joined]))).status).toBe(200);
    const page = await gained.answer;
    expect(keysOf(page)).toEqual([`CareTeam/${teamId}`, 'access-gained']);
    const lost = await waiting(ben, cursorOf(page));
    await ask(sue, 'POST', '/fhir', bundleOf('transaction', [entryOf(team, { ifMatch: 'W/"2"' })]));
    const afterwards = await lost.answer;
    expect(keysOf(afterwards)).toEqual(['access-lost']);

    const quiet = await waiting(ben, cursorOf(afterwards));
    await write({ clientId, encounterId: encounter.id });
    await timers.advance(29_000);
    expect(timers.pending).toBeGreaterThan(0);
    await timers.advance(1000);
    expect(keysOf(await quiet.answer)).toEqual([]);
  });

  test('S3: a device that is withdrawn while it waits gets nothing of what came', async () => {
    const of = await server.registerClient(server.ana);
    const other = await server.addDevice('ana');
    const { answer } = await waiting(other, await latest(other));
    await storage().db.updateTable('device').set({ revoked_at: 1 }).where('id', '=', other.id).execute();
    await write(of);
    const page = await answer;
    expect([page.status, page.body.entry]).toEqual([401, undefined]);
  });

  test('a wait ends before the token does, with a page', async () => {
    const cursor = await latest(server.ana);
    server.clock.advance(290_000);
    const { answer } = await waiting(server.ana, cursor);
    await timers.advance(9000);
    expect((await answer).status).toBe(200);
    server.clock.advance(700);
    const late = await server.ask(server.ana, 'GET', `/fhir/$changes?_cursor=${cursor}&_wait=30`);
    expect(late.status).toBe(200);
  });

  test('a new epoch wakes whoever waits, and says so', async () => {
    const { ana, clock, random } = server;
    const { answer } = await waiting(ana, await latest(ana));
    await startEpoch({ db: storage().db, clock, random }, { actor: system });
    await timers.advance(1000);
    await until(() => timers.pending === 0);
    const gone = await answer;
    expect([gone.status, gone.body.issue[0].details.coding[0].code]).toEqual([410, 'epoch-changed']);
  });

  test('when the server stops, a waiting request ends with 503 and the server is closed within a second', async () => {
    const url = await server.app.listen({ port: 0, host: '127.0.0.1' });
    const asked = fetch(`${url}/fhir/$changes?_cursor=${await latest(server.ana)}&_wait=30`, {
      headers: { authorization: `Bearer ${server.ana.token}` },
    });
    await until(() => timers.pending > 0);
    const began = performance.now();
    await server.app.close();
    expect(performance.now() - began).toBeLessThan(1000);
    const answer = await asked;
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await answer.json()).toMatchObject({ resourceType: 'OperationOutcome' });
    expect(timers.pending).toBe(0);
  });

  test('when the connection ends nobody waits any more', async () => {
    const url = await server.app.listen({ port: 0, host: '127.0.0.1' });
    const leave = new AbortController();
    const asked = fetch(`${url}/fhir/$changes?_cursor=${await latest(server.ana)}&_wait=30`, {
      headers: { authorization: `Bearer ${server.ana.token}` },
      signal: leave.signal,
    });
    await until(() => timers.pending > 0);
    leave.abort();
    await expect(asked).rejects.toThrow();
    await until(() => timers.pending === 0);
    await server.app.close();
  });

  test('over real connections a change made by another device is there within 2 s, on this server and on another', async () => {
    const of = await server.registerClient(server.ana);
    const other = await server.addDevice('ana');
    const servers = [await server.another(systemTimers), await server.another(systemTimers)];
    const [one = '', two = ''] = await Promise.all(
      servers.map((app) => app.listen({ port: 0, host: '127.0.0.1' })),
    );
    let cursor = await latest(other);
    try {
      for (const writesAt of [one, two]) {
        const asked = fetch(`${one}/fhir/$changes?_cursor=${cursor}&_wait=30`, {
          headers: { authorization: `Bearer ${other.token}` },
        });
        await realDelay(100);
        const note = server.note(server.ana, of);
        const began = performance.now();
        const written = await fetch(`${writesAt}/fhir`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${server.ana.token}`,
            'content-type': 'application/fhir+json',
          },
          body: JSON.stringify(bundleOf('batch', [note])),
        });
        expect(written.status).toBe(200);
        const page = { status: 200, headers: {}, body: await (await asked).json() };
        expect(performance.now() - began).toBeLessThan(2000);
        expect(keysOf(page)).toEqual([`Composition/${note.id}`]);
        cursor = cursorOf(page);
      }
    } finally {
      await Promise.all(servers.map((app) => app.close()));
    }
  });
}
