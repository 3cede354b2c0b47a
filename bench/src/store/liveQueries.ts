import type { Query } from '@fieldchart/clinic-client';
import { openPlainNodeDatabaseForBench } from '@fieldchart/encrypted-sqlite/node';
import { openRecordStore } from '@fieldchart/record-store';
import { createAnswers } from '../../../packages/clinic-client/src/answers.ts';
import { createLiveQueries } from '../../../packages/clinic-client/src/liveQueries.ts';
import { openUserDatabase } from '../device/benchUser.ts';
import { createTypist, type Typist } from '../device/typing.ts';
import { figure, ratio, type SuiteResult } from '../figures.ts';
import { type NodeDevice, openNodeDevice, PLAIN } from '../node/nodeDevice.ts';

const OPEN = 50;
/** Milliseconds between two keystrokes: quicker than anybody types, and time for the queries to be answered. */
const PACE = 10;

/** What the live queries of fifty open screens add to a keystroke: with and without them, in turns. */
export async function storeLive(device: NodeDevice, samples: number): Promise<SuiteResult> {
  const { platform } = openNodeDevice(device.directory);
  const database = await openUserDatabase(platform, device.userId);
  const plain = await openPlainNodeDatabaseForBench(device.directory, PLAIN);
  const store = await openRecordStore({ ...platform, database });
  const { practitionerId } = device;
  const typist = await createTypist({
    store,
    plain,
    practitionerId,
    random: platform.random,
    now: () => platform.clock.now(),
    elapsed: () => performance.now(),
  });
  const answer = createAnswers(store, practitionerId, platform.clock);
  const live = createLiveQueries({
    timers: platform.timers,
    onCommit: (listener) => store.onCommit(listener),
    onError: (error) => {
      throw error;
    },
  });
  const others = await otherScreens(database);
  let typedInto = '';
  store.onCommit(({ keys }) => {
    for (const key of keys) if (key.startsWith('Composition/')) typedInto = key;
  });
  const took = { paced: lanes(), hurried: lanes() };
  const part = 50;
  for (let at = 0; at < samples; at += part) {
    const pause = at % (2 * part) === 0 ? PACE : 0;
    const lane = pause === 0 ? took.hurried : took.paced;
    await type(typist, part, pause, lane.without);
    let answers = 0;
    const queries: Query[] = [...others, noteOf(typedInto)];
    const stops = queries.map((query) => live.watch(query, answer, () => (answers += 1)));
    while (answers < queries.length) await wait(1);
    await type(typist, part, pause, lane.with);
    for (const stop of stops) stop();
    await wait(20);
  }
  await database.close();
  await plain.close();
  const rows = (name: string, lane: Lanes) => [
    figure(`${name}, no query open`, device.notes, lane.without),
    figure(`${name}, ${OPEN} queries open`, device.notes, lane.with),
  ];
  const paced = rows('a keystroke each 10 ms', took.paced);
  const hurried = rows('one after the other', took.hurried);
  return {
    sizes: 'notes',
    figures: [...paced, ...hurried],
    ratios: [
      ratio(`a keystroke each 10 ms: ${OPEN} queries open / none`, paced[1], paced[0], 1.1),
      ratio(`one after the other: ${OPEN} queries open / none`, hurried[1], hurried[0], null),
    ],
  };
}

interface Lanes {
  readonly without: number[];
  readonly with: number[];
}
const lanes = (): Lanes => ({ without: [], with: [] });
const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function type(typist: Typist, keystrokes: number, pause: number, took: number[]): Promise<void> {
  for (let at = 0; at < keystrokes; at += 1) {
    took.push(await typist.keystroke());
    if (pause > 0) await wait(pause);
  }
}

/** What the other open screens ask: the caseload, the sync page, and charts and notes, the writer's client among them. */
async function otherScreens(
  database: Awaited<ReturnType<typeof openUserDatabase>>,
): Promise<readonly Query[]> {
  const clients = await database.all<{ client_id: string }>(
    `SELECT client_id FROM clients ORDER BY client_id
     LIMIT 23 OFFSET max(0, (SELECT count(*) / 2 FROM clients) - 11)`,
  );
  const notes = await database.all<{ key: string }>(
    "SELECT key FROM records WHERE type = 'Composition' LIMIT 24",
  );
  const queries: Query[] = [
    { kind: 'caseload', search: '', filter: 'all', sort: 'name', limit: 60 },
    { kind: 'outbox' },
    ...clients.map(({ client_id: clientId }): Query => ({ kind: 'chart', clientId })),
    ...notes.map(({ key }) => noteOf(key)),
  ];
  if (queries.length !== OPEN - 1) throw new Error(`${queries.length} queries to open`);
  return queries;
}

const noteOf = (key: string): Query => ({ kind: 'note', noteId: key.slice(key.indexOf('/') + 1) });
