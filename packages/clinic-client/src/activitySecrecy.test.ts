import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openNodeDatabase } from '@fieldchart/encrypted-sqlite/node';
import { formsOfText } from '@fieldchart/foundation/testing';
import { expect, test } from 'vitest';
import {
  type Activity,
  type ActivityStore,
  clientNotesAsked,
  draftChanged,
  mendTyped,
  moved,
  openActivityStore,
  pinToggled,
  settingsChanged,
  viewChanged,
} from './activityStore.ts';

const CANARY = 'quetzalcanary';
const position = { field: 'data', start: 0, end: 0 };

/** How each slice that is written to the device takes the canary: a new slice does not compile until it stands here. */
const WRITERS: Readonly<Record<keyof Activity, Parameters<ActivityStore['dispatch']>[0]>> = {
  place: moved({ path: `/${CANARY}` }),
  caseload: viewChanged({ search: CANARY }),
  clientNotes: clientNotesAsked({ clientId: 'c1', search: CANARY }),
  familiar: pinToggled(CANARY),
  // Three choices, no text: nothing of a client's can be in it.
  settings: settingsChanged({ language: 'es' }),
  registration: draftChanged({ given: CANARY }),
  mending: mendTyped({
    mutationId: 'm1',
    draft: { texts: { data: CANARY }, picks: {}, position, seen: 'now' },
  }),
};

test('E2: no slice of what the app is doing can be read on the disk', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fieldchart-activity-'));
  const database = await openNodeDatabase({ directory: folder })({
    name: 'a.db',
    key: new Uint8Array(32).fill(3),
  });
  const activity = await openActivityStore(database);
  for (const action of Object.values(WRITERS)) activity.store.dispatch(action);
  await activity.close();

  const rows = await database.all('SELECT * FROM activity');
  const written = rows.map((row) => JSON.stringify(row));
  for (const slice of Object.keys(WRITERS)) {
    expect(written.filter((row) => row.includes(slice)).length).toBeGreaterThan(0);
  }
  expect(written.filter((row) => row.includes(CANARY))).toHaveLength(6);
  const found = () =>
    readdirSync(folder).filter((file) => {
      const bytes = readFileSync(join(folder, file));
      return formsOfText(CANARY).some((form) => bytes.includes(form));
    });
  expect(found()).toEqual([]);
  await database.close();
  expect(readdirSync(folder)).toEqual(['a.db']);
  expect(found()).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

test('what was asked of one client’s notes is never asked of another’s', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fieldchart-activity-'));
  const database = await openNodeDatabase({ directory: folder })({
    name: 'a.db',
    key: new Uint8Array(32).fill(3),
  });
  const first = await openActivityStore(database);
  const { store } = first;
  store.dispatch(
    clientNotesAsked({ clientId: 'c1', search: 'sleep', notes: { status: 'final' }, scroll: 40 }),
  );
  store.dispatch(clientNotesAsked({ clientId: 'c1', scroll: 80 }));
  expect(store.getState().clientNotes).toEqual({
    clientId: 'c1',
    search: 'sleep',
    notes: { status: 'final' },
    scroll: 80,
  });
  await first.close();
  const again = await openActivityStore(database);
  expect(again.store.getState().clientNotes).toMatchObject({ clientId: 'c1', search: 'sleep' });
  again.store.dispatch(clientNotesAsked({ clientId: 'c2', scroll: 0 }));
  expect(again.store.getState().clientNotes).toEqual({ clientId: 'c2', search: '', notes: {}, scroll: 0 });
  await again.close();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});
