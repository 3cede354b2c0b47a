import { beforeEach, expect, test } from 'vitest';
import { loadResources } from '../setup/loadResources.ts';
import type { Storage } from '../storage/openStorage.ts';
import { bundleOf } from './requests.ts';
import { readPages } from './searchPages.ts';
import { type AnyJson, type TestServer, openTestServer } from './testServer.ts';

/** What a search takes and what it answers with: pages, totals, refusals. */
export function defineSearchAnswerSuite(storage: () => Storage): void {
  let server: TestServer;
  beforeEach(async () => {
    server = await openTestServer(storage());
  });

  test('pages do not move while others write: nothing twice, nothing left out', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const write = async (count: number) => {
      const notes = Array.from({ length: count }, () => server.note(ana, of));
      await ask(ana, 'POST', '/fhir', bundleOf('batch', notes));
      server.clock.advance(5000);
      return notes.map(({ id }) => id);
    };
    const first = await write(5);
    const page = await ask(ana, 'GET', '/fhir/Composition?_sort=-date&_count=2');
    await write(3);
    const next = page.body.link.find((link: AnyJson) => link.relation === 'next').url;
    const rest = await readPages(server, ana, next);
    const seen = [...page.body.entry.map((entry: AnyJson) => entry.resource.id), ...rest.ids];
    expect(seen).toHaveLength(first.length);
    expect(new Set(seen)).toEqual(new Set(first));
    expect(rest.totals).toEqual([5]);
  });

  test('what is not understood is refused, never ignored', async () => {
    for (const query of [
      'Composition?_content=a&shoe=9',
      'Composition?_content=a&_sort=date',
      'Composition?_content=a&_offset=5',
      'Composition?_content=a&date=ne2026',
      'Composition?_content=a&date=2026-13-45',
      'Composition?_content=a&status=',
      'Composition?_content=a&_total=estimate',
      'Composition?_content=a&_summary=text',
      'Composition?_content=a&_include=Composition:author',
      'Patient?_content=a&_include=Composition:patient',
      'Composition?_content=a&_after=nonsense',
      'Composition?_content=a&_after=WyJmYW1pbHkiLGZhbHNlLCJhIiwiYiIsbnVsbF0',
      'Patient?_content=a&_sort=shoe',
      'Patient?_content=a&_sort=constructor',
      'Encounter?_content=a',
    ]) {
      expect((await server.ask(server.ana, 'GET', `/fhir/${query}`)).status, query).toBe(400);
    }
  });

  test('the capability statement says what may be searched for, and how it is counted', async () => {
    const { body } = await server.ask(undefined, 'GET', '/fhir/metadata');
    const notes = body.rest[0].resource.find((one: AnyJson) => one.type === 'Composition');
    expect(notes.searchParam.map((one: AnyJson) => one.name)).toEqual(
      expect.arrayContaining(['_content', 'author', 'date']),
    );
    expect(notes.documentation).toContain('exact up to 1000');
  });

  test('nonsense finds nothing or is refused, and never fails inside', async () => {
    const texts = [
      "'",
      "''",
      '\\',
      '& | ! :*',
      "'a':*",
      '"',
      '"a" <-> "b',
      '%00',
      '%ED%A0%80',
      '(((',
      '%25',
      '_',
    ];
    for (const text of [
      ...texts,
      'a'.repeat(100_000),
      'a%20'.repeat(25_000),
      `%22${'a%20'.repeat(25_000)}%22`,
    ]) {
      for (const type of ['Composition', 'Patient']) {
        const { status } = await server.ask(server.ana, 'GET', `/fhir/${type}?_content=${text}`);
        expect([200, 400], text.slice(0, 20)).toContain(status);
      }
    }
  });

  test('the total is exact up to 1,000 and left out beyond; asked for alone it comes alone, and it need not be counted', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const write = (count: number) =>
      loadResources(
        { db: storage().db, clock: server.clock, random: server.random },
        Array.from({ length: count }, () => server.note(ana, of)),
      );
    const totalOf = async (query: string) =>
      (await ask(ana, 'GET', `/fhir/Composition?_sort=-date&${query}`)).body;
    await write(1000);
    expect(await totalOf('_summary=count')).toMatchObject({ total: 1000, entry: [] });
    expect((await totalOf('_total=none&_count=1')).total).toBeUndefined();
    await write(1);
    expect((await totalOf('_count=1')).total).toBeUndefined();
  });

  test('a note that changes is found as it stands, at once', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const note = { ...server.note(ana, of), title: 'Cries' };
    await ask(ana, 'PUT', `/fhir/Composition/${note.id}`, note);
    expect((await readPages(server, ana, 'Composition?_content=crying%20')).ids).toEqual([note.id]);
    await ask(
      ana,
      'PUT',
      `/fhir/Composition/${note.id}`,
      { ...note, title: 'Calm' },
      { 'if-match': 'W/"1"' },
    );
    expect((await readPages(server, ana, 'Composition?_content=crying%20')).ids).toEqual([]);
    expect((await readPages(server, ana, 'Composition?_content=calm%20')).ids).toEqual([note.id]);
  });
}
