import type { CareTeam } from '@fieldchart/clinical';
import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { analyseStored } from '../search/analyseStored.ts';
import { systemTimers } from '../setup/systemTimers.ts';
import type { Storage } from '../storage/openStorage.ts';
import { bundleOf, entryOf, newClient, tokenForm } from './requests.ts';
import { type AnyJson, type TestServer, openTestServer } from './testServer.ts';

const WRITERS = 8;
const BUNDLES = 25;
const PER_BUNDLE = 4;

/** Races that only a database with several connections can lose. */
export function defineConcurrencySuite(storage: () => Storage, other: () => Storage): void {
  let server: TestServer;
  beforeEach(async () => {
    const admin = { token: 'operator', ticketFolder: '/nonexistent' };
    server = await openTestServer(storage(), { admin });
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

  describe('late work', () => {
    /** Ana's late note, and the care team without her. */
    const leave = async () => {
      const { ana, sue, ask } = server;
      const [clientId, encounterId] = [server.uuid(), server.uuid()];
      const resources = newClient(ana, clientId, encounterId, server.uuid());
      const team = resources[1] as CareTeam;
      await ask(ana, 'POST', '/fhir', bundleOf('transaction', resources));
      const participant = [{ member: { reference: 'Practitioner/ben' } }];
      const left = entryOf({ ...team, participant }, { ifMatch: 'W/"1"' });
      expect((await ask(sue, 'POST', '/fhir', bundleOf('transaction', [left]))).status).toBe(200);
      const note = server.note(ana, { clientId, encounterId });
      return bundleOf('batch', [entryOf(note, { mutationId: server.uuid() })]);
    };
    const items = () => storage().db.selectFrom('review_item').selectAll().execute();
    const notes = () =>
      storage().db.selectFrom('history').select('version').where('type', '=', 'Composition').execute();

    test('S2: sent by eight at the same time it is one item with one receipt', async () => {
      const bundle = await leave();
      const answers = await Promise.all(
        Array.from({ length: WRITERS }, () => server.ask(server.ana, 'POST', '/fhir/$review', bundle)),
      );
      for (const answer of answers) expect(answer.body).toEqual(answers[0]?.body);
      expect(answers[0]?.body.entry[0].response.status).toBe('202 Accepted');
      expect(await items()).toHaveLength(1);
    });

    test('accepted and set aside at the same time by many, it is decided once, and written only if accepted', async () => {
      await server.ask(server.ana, 'POST', '/fhir/$review', await leave());
      const [item] = await items();
      const answers = await Promise.all(
        Array.from({ length: WRITERS }, (_, at) =>
          server.ask(
            server.sue,
            'POST',
            at % 2 === 0 ? '/admin/review/accept' : '/admin/review/set-aside',
            at % 2 === 0 ? { id: item?.id } : { id: item?.id, reason: 'twice' },
            { 'content-type': 'application/json' },
          ),
        ),
      );
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
        200,
        ...Array<number>(WRITERS - 1).fill(409),
      ]);
      const [decided] = await items();
      expect(await notes()).toHaveLength(decided?.state === 'accepted' ? 1 : 0);
    });
  });

  test('the analysis of what is stored waits for nobody who writes: it leaves out what is locked, and does it afterwards', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const notes = [server.note(ana, of), server.note(ana, of)];
    await ask(ana, 'POST', '/fhir', bundleOf('batch', notes));
    await storage()
      .db.updateTable('resource')
      .set({ analyser: 0 })
      .where('type', '=', 'Composition')
      .execute();
    const waiting = async () => {
      const { db } = storage();
      const rows = await db.selectFrom('resource').select('id').where('analyser', '=', 0).execute();
      return rows.map(({ id }) => id);
    };
    const locked = notes[0]?.id ?? '';
    await other()
      .db.transaction()
      .execute(async (trx) => {
        await trx.selectFrom('resource').select('id').where('id', '=', locked).forUpdate().execute();
        await analyseStored(storage().db, 10);
        expect(await waiting()).toEqual([locked]);
      });
    await analyseStored(storage().db, 10);
    expect(await waiting()).toEqual([]);
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

  test('a token request is answered once, however many of two servers on one database it is sent to at the same time', async () => {
    const { ana } = server;
    const another = await server.another(systemTimers, other().db);
    try {
      const form = tokenForm(await server.assertion(ana));
      const send = (app: FastifyInstance) =>
        app.inject({
          method: 'POST',
          url: '/auth/token',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          payload: form,
        });
      const answers = await Promise.all(
        Array.from({ length: WRITERS }, (_, at) => send(at % 2 === 0 ? server.app : another)),
      );
      expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
      const late = await Promise.all([send(another), send(server.app)]);
      expect(late.map(({ statusCode }) => statusCode)).toEqual([401, 401]);
      const alerts = await storage().db.selectFrom('alert').select(['kind', 'device_id']).execute();
      expect(alerts).toEqual([{ kind: 'assertion-replayed', device_id: ana.id }]);
    } finally {
      await another.close();
    }
  });
}
