import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import type { Storage } from '../storage/openStorage.ts';
import { type AnyJson, type TestServer, bundleOf, entryOf, openTestServer } from './testServer.ts';

const WRITERS = 8;
const BUNDLES = 25;
const PER_BUNDLE = 4;

/** Races that only a database with several connections can lose. */
export function defineConcurrencySuite(storage: () => Storage): void {
  let server: TestServer;
  beforeEach(async () => {
    server = await openTestServer(storage());
  });

  test('S1: a reader paging the feed while eight write misses nothing and sees nothing twice', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    let cursor = (await ask(ana, 'GET', '/fhir/$changes?_count=500')).body.link[0].url.match(
      /_cursor=([^&]+)/u,
    )[1];
    const written: string[] = [];
    const seen: string[] = [];
    let writing = true;
    const writers = Array.from({ length: WRITERS }, async () => {
      for (let round = 0; round < BUNDLES; round += 1) {
        const notes = Array.from({ length: PER_BUNDLE }, () => server.note(ana, of));
        const answer = await ask(ana, 'POST', '/fhir', bundleOf('batch', notes));
        expect(answer.status).toBe(200);
        written.push(...notes.map((note) => `Composition/${note.id}`));
      }
    });
    const readPage = async () => {
      const { body } = await ask(ana, 'GET', `/fhir/$changes?_count=50&_cursor=${cursor}`);
      seen.push(...body.entry.map((entry: AnyJson) => entry.fullUrl));
      cursor = body.link[0].url.match(/_cursor=([^&]+)/u)[1];
      return body.link[0].relation as string;
    };
    const reader = (async () => {
      while (writing) await readPage();
      while ((await readPage()) === 'next');
    })();
    await Promise.all(writers);
    writing = false;
    await reader;
    expect(seen).toHaveLength(WRITERS * BUNDLES * PER_BUNDLE);
    expect(new Set(seen)).toEqual(new Set(written));
  });

  test('S2: the same mutation id sent by eight at the same time has one effect and one answer', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const bundle = bundleOf('batch', [entryOf(server.note(ana, of), { mutationId: server.uuid() })]);
    const answers = await Promise.all(
      Array.from({ length: WRITERS }, () => ask(ana, 'POST', '/fhir', bundle)),
    );
    for (const answer of answers) expect(answer.body).toEqual(answers[0]?.body);
    expect(answers[0]?.body.entry[0].response.status).toBe('201 Created');
    const versions = await storage()
      .db.selectFrom('history')
      .selectAll()
      .where('type', '=', 'Composition')
      .execute();
    expect(versions).toHaveLength(1);
  });

  test('S1: of eight updates of one version at the same time, one wins', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const note = server.note(ana, of);
    await ask(ana, 'POST', '/fhir', bundleOf('batch', [note]));
    const answers = await Promise.all(
      Array.from({ length: WRITERS }, (_, at) =>
        ask(
          ana,
          'PUT',
          `/fhir/Composition/${note.id}`,
          { ...note, title: `Title ${at}` },
          { 'if-match': 'W/"1"' },
        ),
      ),
    );
    const statuses = answers.map((answer) => answer.status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([200, ...Array<number>(WRITERS - 1).fill(412)]);
  });

  test('sealed work sent by eight at the same time is kept once, and all are given the receipt', async () => {
    const { ana, ask } = server;
    const answers = await Promise.all(
      Array.from({ length: WRITERS }, () =>
        ask(
          ana,
          'POST',
          '/device/sealed-work',
          { work: 'aa.bb.cc.dd.ee' },
          { 'content-type': 'application/json' },
        ),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(WRITERS).fill(201));
    expect(await storage().db.selectFrom('sealed_work').select('sha256').execute()).toHaveLength(1);
    const { rows } = await sql`select 1 from audit where action = 'sealed-work-received'`.execute(
      storage().db,
    );
    expect(rows).toHaveLength(1);
  });

  test('a token request sent by eight at the same time is answered once', async () => {
    const { ana } = server;
    const assertion = await server.assertion(ana);
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }).toString();
    const answers = await Promise.all(
      Array.from({ length: WRITERS }, () =>
        server.app.inject({
          method: 'POST',
          url: '/auth/token',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          payload: form,
        }),
      ),
    );
    expect(answers.filter((answer) => answer.statusCode === 200)).toHaveLength(1);
  });
}
