import { silentLogger } from '@fieldchart/foundation';
import { beforeEach, expect, test } from 'vitest';
import { analyseStored } from '../search/analyseStored.ts';
import { startAnalysis } from '../search/startAnalysis.ts';
import type { Storage } from '../storage/openStorage.ts';
import { bundleOf } from './requests.ts';
import { type AnyJson, type TestServer, openTestServer } from './testServer.ts';

/** What another version of the analyser wrote is prepared beside the work. */
export function defineSearchAnalysisSuite(storage: () => Storage): void {
  let server: TestServer;
  beforeEach(async () => {
    server = await openTestServer(storage());
  });

  test('rows that no analyser has seen, or another one, are prepared batch by batch, and until then the answer says so', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const notes = Array.from({ length: 5 }, () => ({ ...server.note(ana, of), title: 'Crying' }));
    await ask(ana, 'POST', '/fhir', bundleOf('batch', notes));
    const { db } = storage();
    const search = async () => (await ask(ana, 'GET', '/fhir/Composition?_content=cries%20')).body;
    const whole = await search();
    await db
      .updateTable('resource')
      .set({ analyser: 0, note_number: null, note_words: null })
      .where('id', '<>', notes[0]?.id ?? '')
      .execute();

    const before = await search();
    expect(before.entry[0]).toMatchObject({
      search: { mode: 'outcome' },
      resource: { issue: [{ code: 'incomplete', diagnostics: expect.stringMatching(/^4 /u) }] },
    });
    expect([before.total, before.entry.length]).toEqual([1, 2]);
    // Killed after a batch: what was done stays done.
    expect(await analyseStored(db, 2)).toBe(2);
    expect((await search()).total).toBe(3);
    // Written meanwhile: it is prepared by that, and stands as it was written.
    const last = notes[4];
    await ask(
      ana,
      'PUT',
      `/fhir/Composition/${last?.id ?? ''}`,
      { ...last, title: 'Calm' },
      { 'if-match': 'W/"1"' },
    );
    const timers = {
      after: (_milliseconds: number, task: () => void) => {
        const id = setTimeout(task, 0);
        return () => clearTimeout(id);
      },
    };
    const stop = startAnalysis({ db, timers, logger: silentLogger });
    await expect.poll(async () => (await ask(ana, 'GET', '/fhir/Patient?_content=ang')).body.total).toBe(1);
    await stop();
    const after = await search();
    expect(after.entry.map((entry: AnyJson) => entry.resource.id)).toEqual(
      whole.entry.map((entry: AnyJson) => entry.resource.id).filter((id: string) => id !== last?.id),
    );
    expect(await analyseStored(db, 2)).toBe(0);
  });

  test('groups of rows that no analyser has seen are prepared, and until then the answer says that some may be missing', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const { db } = storage();
    await db
      .updateTable('resource')
      .set({ analyser: 0, client_groups: [] })
      .where('type', '=', 'CareTeam')
      .execute();
    const path = '/fhir/Patient?_query=narrowed-clients&team=Practitioner/ana';
    const modes = async () =>
      (await ask(ana, 'GET', path)).body.entry.map((entry: AnyJson) => [
        entry.search.mode,
        entry.resource.id,
      ]);
    expect(await modes()).toEqual([['outcome', undefined]]);
    while ((await analyseStored(db, 2)) > 0);
    expect(await modes()).toEqual([['match', of.clientId]]);
  });
}
