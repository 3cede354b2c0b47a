import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { resourceKey } from '@fieldchart/clinical';
import { openNodeDatabase } from '@fieldchart/encrypted-sqlite/node';
import { createSeededRandom } from '@fieldchart/foundation';
import { createSqliteStorage } from '@fieldchart/redux-persist-sqlite';
import { type Figure, figure, type Limit, ratio, sizeName, type SuiteResult } from '../figures.ts';
import { type ChartPlan, generateCharts } from './charts.ts';
import { onDevice, onServer, PEOPLE, requireAllSent, serverRemark } from './contenders.ts';
import { COUNTED_ROWS, countedFigures } from './counted.ts';
import { type FifoPush, pushByFifo } from './fifoRuns.ts';
import { runFifo } from './fifoSizes.ts';
import { planEdits } from './planEdits.ts';

/** 500 notes, five of each of 100 clients. */
const PLAN: ChartPlan = { ...PEOPLE, clients: 100, each: { of: 'visits', records: 10 } };
const LOAD = { plan: PLAN, parts: { base: true, visits: true } };
const OURS = 'Fieldchart, each edit durable';
const FIFO = 'redux-offline, in memory only';
const DURABLE = 'redux-offline, each edit durable';

/** Edits made offline on 500 notes that exist, then sent. `durable` is as many as redux-offline can bear durably. */
export async function syncEdits(
  folder: string,
  edits: number,
  durable: number,
  say: (line: string) => void,
): Promise<SuiteResult> {
  const figures: Figure[] = [];
  const limits: Limit[] = [];
  let remark = '';
  for (const size of [durable / 10, durable, edits]) {
    say(`  ${OURS}: ${size} edits`);
    const ours = await editOurs(folder, size);
    remark = ours.remark;
    figures.push(
      figure(`${OURS}: edits made`, size, [ours.made], 's'),
      figure(`${OURS}: waiting`, size, [ours.waiting], 'entries'),
      ...countedFigures(`${OURS}, push`, size, ours.push),
      ...countedFigures(`${OURS}, pull of its own changes`, size, ours.pull),
    );
    if (size === edits) {
      limits.push(
        {
          what: `${sizeName(size)} edits on 500 resources`,
          value: ours.waiting,
          unit: 'entries',
          atMost: 500,
        },
        {
          what: 'the push of these, its token included',
          value: ours.push.requests,
          unit: 'requests',
          atMost: 6,
        },
      );
    }
  }
  const durably = await runFifo({ what: DURABLE, sizes: [durable / 10, durable], growth: 2 }, (size) => {
    say(`  ${DURABLE}: ${size} edits`);
    return editDurably(folder, size);
  });
  for (const { size, push } of durably.runs) figures.push(...fifoFigures(DURABLE, size, push));
  const inMemory = await runFifo({ what: FIFO, sizes: [durable, edits], growth: 1 }, (size) => {
    say(`  ${FIFO}: ${size} edits`);
    return onServer(LOAD, (server) => pushByFifo(server, planEdits(notes(), size), { exist: true }));
  });
  for (const { size, push } of inMemory.runs) figures.push(...fifoFigures(FIFO, size, push));
  const find = (what: string, size: number) => figures.find((one) => one.what === what && one.size === size);
  const compare = (theirs: string, size: number, [what, suffix]: readonly [string, string]) =>
    ratio(
      `Fieldchart / ${theirs}: ${what}, ${sizeName(size)} edits`,
      find(`${OURS}${suffix}`, size),
      find(`${theirs}${suffix}`, size),
      null,
    );
  const made = ['making them', ': edits made'] as const;
  const pushed = (row: string) => [`push, ${row}`, `, push: ${row}`] as const;
  const largestDurable = durably.runs.at(-1)?.size ?? 0;
  const largest = inMemory.runs.at(-1)?.size ?? 0;
  return {
    sizes: 'edits',
    figures,
    limits,
    ratios: [
      compare(DURABLE, largestDurable, made),
      compare(DURABLE, largestDurable, pushed('time')),
      compare(FIFO, largest, made),
      ...COUNTED_ROWS.map((row) => compare(FIFO, largest, pushed(row))),
    ],
    remarks: [
      remark,
      ...durably.remarks,
      ...inMemory.remarks,
      `${DURABLE}: it writes its whole outbox at every edit, so at most ${durable} are tried.`,
    ],
  };
}

function fifoFigures(what: string, size: number, { enqueued, sent }: FifoPush): readonly Figure[] {
  return [
    figure(`${what}: edits made`, size, [enqueued], 's'),
    ...countedFigures(`${what}, push`, size, sent),
  ];
}

const notes = () => [...generateCharts(PLAN)].flatMap(({ visits }) => visits);

async function editOurs(folder: string, edits: number) {
  return await onServer(LOAD, (server) =>
    onDevice(server, join(folder, `edits-${edits}`), async (device) => {
      await device.sync();
      const { store, practitionerId } = device;
      const revisions = new Map<string, number>();
      for (const note of notes()) {
        const key = resourceKey(note);
        revisions.set(key, (await store.get(key))?.revision ?? 0);
      }
      const start = performance.now();
      for (const resource of planEdits(notes(), edits)) {
        const key = resourceKey(resource);
        const basedOn = revisions.get(key) ?? 0;
        const { revision } = await store.recordChange({ resource, basedOn }, practitionerId);
        revisions.set(key, revision);
      }
      const made = (performance.now() - start) / 1000;
      const { waiting } = await store.outboxCounts();
      const { push, pull } = await device.sync();
      await requireAllSent(store);
      return { made, waiting, push, pull, remark: serverRemark(server) };
    }),
  );
}

async function editDurably(folder: string, edits: number): Promise<FifoPush> {
  const directory = join(folder, 'fifo');
  const database = await openNodeDatabase({ directory })({
    name: 'fifo.db',
    key: createSeededRandom(1).bytes(32),
  });
  try {
    const storage = createSqliteStorage({ database });
    return await onServer(LOAD, (server) =>
      pushByFifo(server, planEdits(notes(), edits), { exist: true, storage }),
    );
  } finally {
    await database.close();
    rmSync(directory, { recursive: true, force: true });
  }
}
