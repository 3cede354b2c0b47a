import { type Composition, createNote, withNoteSections } from '@fieldchart/clinical';
import { createSeededRandom, silentLogger } from '@fieldchart/foundation';
import { createFakeTimers } from '@fieldchart/foundation/testing';
import { expect, test } from 'vitest';
import {
  AUTHOR,
  CLIENT,
  openTestStore,
  patient,
  START,
  visit,
  VISIT,
} from '../../record-store/src/testing/storeFixture.ts';
import { createSyncEngine } from './syncEngine.ts';
import { createFakeServer } from './testing/fakeServer.ts';

const EDITS = 10_000;
const NOTES = 500;

test('O2: ten thousand offline edits of five hundred notes go up in at most 500 entries and 6 requests', async () => {
  const fixture = await openTestStore();
  const { store, clock } = fixture;
  const server = createFakeServer();
  const random = createSeededRandom(11);
  const timers = createFakeTimers((milliseconds) => clock.advance(milliseconds));
  const engine = createSyncEngine({
    store,
    transport: server.transport,
    probe: server.transport,
    seal: () => Promise.resolve('hash'),
    writeDownAgedOut: () => Promise.resolve(),
    clock,
    timers,
    random,
    logger: silentLogger,
  });
  const ids = Array.from(
    { length: NOTES },
    (_note, at) => `30000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
  );
  const write = (id: string, text: string): Composition =>
    withNoteSections(
      createNote({
        id,
        clientId: CLIENT,
        encounterId: VISIT,
        practitionerId: 'p1',
        practitionerName: 'Pat One',
        organizationId: 'org',
        format: 'DAP',
        title: 'Progress note',
        now: START,
      }),
      { data: text },
    );
  try {
    for (const resource of [patient(), visit(), ...ids.map((id) => write(id, 'as it was'))]) {
      server.write({ ...resource });
    }
    engine.start();
    await engine.syncNow();
    await engine.stop();
    const revisions = new Map<string, number>();
    const texts = new Map<string, string>();
    for (let edit = 0; edit < EDITS; edit += 1) {
      const id = ids[edit < NOTES ? edit : Math.floor(random.fraction() * NOTES)] ?? '';
      const text = `${texts.get(id) ?? ''} ${String(edit)}`;
      const basedOn = revisions.get(id) ?? 1;
      const { revision } = await store.recordChange({ resource: write(id, text), basedOn }, AUTHOR);
      revisions.set(id, revision);
      texts.set(id, text);
    }
    expect((await store.outboxCounts()).waiting).toBeLessThanOrEqual(500);
    engine.start();
    await engine.syncNow();
    expect(await store.outboxCounts()).toMatchObject({ waiting: 0, attempted: 0, parked: 0, held: 0 });
    expect(server.posted.length).toBeLessThanOrEqual(6);
    for (const [id, text] of texts) {
      const stored = server.versions.findLast(({ key }) => key === `Composition/${id}`);
      expect(JSON.stringify(stored?.resource)).toContain(text.trim());
    }
  } finally {
    await engine.stop();
    await fixture.end();
  }
});
