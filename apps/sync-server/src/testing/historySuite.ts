import { beforeEach, expect, test } from 'vitest';
import type { Storage } from '../storage/openStorage.ts';
import { bundleOf } from './requests.ts';
import { type AnyJson, type TestDevice, type TestServer, openTestServer } from './testServer.ts';

const WRITERS = 6;
const ROUNDS = 8;

/** History for clients that know no feed of ours, on every database. */
export function defineHistorySuite(storage: () => Storage): void {
  let server: TestServer;
  beforeEach(async () => {
    server = await openTestServer(storage());
  });

  const keysOf = (body: AnyJson): string[] => body.entry.map((entry: AnyJson) => entry.response.location);
  const nextOf = (body: AnyJson): string | undefined =>
    body.link.find((link: AnyJson) => link.relation === 'next')?.url;
  /** Every version since an instant, over all pages; and the instant to ask from next. */
  const readAll = async (device: TestDevice, path: string) => {
    const keys: string[] = [];
    let timestamp = '';
    let url: string | undefined = path;
    while (url !== undefined) {
      const { body }: { body: AnyJson } = await server.ask(device, 'GET', `/fhir/${url}`);
      keys.push(...keysOf(body));
      timestamp = body.timestamp;
      url = nextOf(body);
    }
    return { keys, timestamp };
  };

  test('S3: history of all, of a type and of one comes newest first, from the caseload alone', async () => {
    const { ana, ben, ask } = server;
    const of = await server.registerClient(ana);
    const note = server.note(ana, of);
    await ask(ana, 'PUT', `/fhir/Composition/${note.id}`, note);
    await ask(ana, 'PUT', `/fhir/Composition/${note.id}`, { ...note, title: 'B' }, { 'if-match': 'W/"1"' });
    const versions = [`Composition/${note.id}/_history/2`, `Composition/${note.id}/_history/1`];
    for (const path of ['_history?_count=2', 'Composition/_history', `Composition/${note.id}/_history`]) {
      const { body } = await ask(ana, 'GET', `/fhir/${path}`);
      expect([body.type, keysOf(body)], path).toEqual(['history', versions]);
    }
    expect(keysOf((await ask(ben, 'GET', '/fhir/Composition/_history')).body)).toEqual([]);
    expect((await readAll(ben, '_history')).keys.join()).not.toContain(of.clientId);
    expect((await ask(ben, 'GET', `/fhir/Composition/${note.id}/_history`)).status).toBe(404);
    expect((await ask(ana, 'GET', '/fhir/Nonsense/_history')).status).toBe(404);
    for (const query of [
      '_at=2026',
      '_since=yesterday',
      '_since=2026-02-45T00:00:00Z',
      '_page=x',
      'name=a',
    ]) {
      expect((await ask(ana, 'GET', `/fhir/_history?${query}`)).status, query).toBe(400);
    }
  });

  test('the capability statement names what a client of elsewhere may ask: histories, and our operations', async () => {
    const { body } = await server.ask(undefined, 'GET', '/fhir/metadata');
    const [rest] = body.rest;
    expect(rest.interaction).toContainEqual({ code: 'history-system' });
    expect(rest.operation.map((one: AnyJson) => one.name)).toEqual(['changes', 'review']);
    const patient = rest.resource.find((one: AnyJson) => one.type === 'Patient');
    expect(patient.interaction).toContainEqual({ code: 'history-type' });
  });

  test('pages do not move while others write', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const notes = Array.from({ length: 5 }, () => server.note(ana, of));
    await ask(ana, 'POST', '/fhir', bundleOf('batch', notes));
    const first = await ask(ana, 'GET', '/fhir/Composition/_history?_count=2');
    server.clock.advance(5000);
    await ask(ana, 'POST', '/fhir', bundleOf('batch', [server.note(ana, of)]));
    const rest = await readAll(ana, nextOf(first.body) ?? '');
    expect([...keysOf(first.body), ...rest.keys]).toEqual(
      notes.toReversed().map((note) => `Composition/${note.id}/_history/1`),
    );
    // What was written meanwhile is asked for from the first page's time on.
    expect(rest.timestamp).toBe(first.body.timestamp);
    const since = encodeURIComponent(rest.timestamp);
    const later = await readAll(ana, `Composition/_history?_since=${since}`);
    expect(later.keys).toHaveLength(6);
  });

  test('S1: whoever asks from the last answer’s timestamp misses nothing, though many write and clocks differ', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const written = new Set<string>();
    const seen = new Set<string>();
    let writing = true;
    const writers = Array.from({ length: WRITERS }, async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        // Another server's clock may be behind by a little.
        server.clock.advance(round % 2 === 0 ? 7 : -5);
        const notes = [server.note(ana, of), server.note(ana, of)];
        await ask(ana, 'POST', '/fhir', bundleOf('batch', notes));
        for (const note of notes) written.add(`Composition/${note.id}/_history/1`);
      }
    });
    const reader = (async () => {
      let since = '';
      const readOnce = async () => {
        const query = since === '' ? '' : `&_since=${encodeURIComponent(since)}`;
        const { keys, timestamp } = await readAll(ana, `Composition/_history?_count=5${query}`);
        for (const key of keys) seen.add(key);
        since = timestamp;
      };
      while (writing) await readOnce();
      await readOnce();
    })();
    await Promise.all(writers);
    writing = false;
    await reader;
    expect(seen).toEqual(written);
  });
}
