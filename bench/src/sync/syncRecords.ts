import { join } from 'node:path';
import { type Figure, figure, ratio, sizeName, type SuiteResult } from '../figures.ts';
import type { Database } from '@fieldchart/encrypted-sqlite';
import { type ChartPlan, generateCharts } from './charts.ts';
import { onDevice, onServer, PEOPLE, requireAllSent, serverRemark } from './contenders.ts';
import { COUNTED_ROWS, type Counted, countedFigures } from './counted.ts';
import { pushByFifo, readByFifo } from './fifoRuns.ts';
import { runFifo } from './fifoSizes.ts';
import type { BenchServer } from './startBenchServer.ts';

const OURS = 'Fieldchart, on the encrypted disk';
const FIFO = 'redux-offline, in memory only';
const SEARCH = 'search pages by redux-offline, in memory only';
const CLIENTS = 100;
/** Records of each client in a first sync. */
const RECORDS_EACH = 50;

/** New visits and notes of clients who are known, made offline and sent: a tenth of them first, then all. */
export async function syncPush(
  folder: string,
  records: number,
  say: (line: string) => void,
): Promise<SuiteResult> {
  const sizes = [records / 10, records];
  const figures: Figure[] = [];
  let remark = '';
  for (const size of sizes) {
    say(`  ${OURS}: ${size} records`);
    const ours = await pushOurs(folder, size);
    remark = ours.remark;
    figures.push(
      figure(`${OURS}: records made`, size, [ours.made], 's'),
      ...countedFigures(`${OURS}, push`, size, ours.push),
      ...countedFigures(`${OURS}, pull of its own changes`, size, ours.pull),
    );
  }
  const fifo = await runFifo({ what: FIFO, sizes, growth: 1 }, (size) => {
    say(`  redux-offline: ${size} records`);
    return onServer(knownClients(size), (server) => pushByFifo(server, newVisits(size), { exist: false }));
  });
  for (const { size, push } of fifo.runs) {
    figures.push(
      figure(`${FIFO}: records made`, size, [push.enqueued], 's'),
      ...countedFigures(`${FIFO}, push`, size, push.sent),
    );
  }
  const largest = fifo.runs.at(-1)?.size ?? 0;
  return {
    sizes: 'records',
    figures,
    ratios: [
      compare(figures, largest, ['making them', `${OURS}: records made`, `${FIFO}: records made`]),
      ...COUNTED_ROWS.map((row) =>
        compare(figures, largest, [`push, ${row}`, `${OURS}, push: ${row}`, `${FIFO}, push: ${row}`]),
      ),
    ],
    remarks: [remark, ...fifo.remarks],
  };
}

async function pushOurs(folder: string, records: number) {
  return await onServer(knownClients(records), (server) =>
    onDevice(server, join(folder, 'push'), async (device) => {
      await device.sync();
      const { store, practitionerId } = device;
      const fresh = newVisits(records);
      const start = performance.now();
      for (const resource of fresh) await store.recordChange({ resource, basedOn: 0 }, practitionerId);
      const made = (performance.now() - start) / 1000;
      const { push, pull } = await device.sync();
      await requireAllSent(store);
      return { made, push, pull, remark: serverRemark(server) };
    }),
  );
}

const knownClients = (records: number) => ({
  plan: visitPlan(records),
  parts: { base: true, visits: false },
});

const newVisits = (records: number) =>
  [...generateCharts(visitPlan(records))].flatMap(({ visits }) => visits);

/** Visits and notes that others wrote, read by a device that knows the clients. */
export async function syncPull(
  folder: string,
  records: number,
  say: (line: string) => void,
): Promise<SuiteResult> {
  return await onServer(knownClients(records), (server) =>
    onDevice(server, join(folder, 'pull'), async (device) => {
      await device.sync();
      const added = await server.load({
        plan: visitPlan(records),
        parts: { base: false, visits: true },
      });
      say(`  ${OURS}: ${added} records`);
      const { pull } = await device.sync();
      await requireRecords(device.store.database, "type IN ('Encounter', 'Composition')", added);
      say(`  redux-offline: ${added} records`);
      const types = ['Encounter', 'Composition'];
      return await besideSearch(server, { records: added, ours: pull, types });
    }),
  );
}

/** Everything of a clinician's clients, read by a device that has nothing. */
export async function syncFirst(
  folder: string,
  clients: number,
  say: (line: string) => void,
): Promise<SuiteResult> {
  const plan: ChartPlan = { ...PEOPLE, clients, each: { of: 'chart', records: RECORDS_EACH } };
  const records = clients * RECORDS_EACH;
  say(`  Loading ${records} records of ${clients} clients into the server`);
  return await onServer({ plan, parts: { base: true, visits: true } }, (server) =>
    onDevice(server, join(folder, 'first'), async (device) => {
      say(`  ${OURS}: ${records} records`);
      const { pull } = await device.sync();
      await requireRecords(device.store.database, 'client_id IS NOT NULL', records);
      say(`  redux-offline: ${records} records`);
      const types = ['Patient', 'CareTeam', 'Condition', 'Encounter', 'Composition'];
      return await besideSearch(server, { records, ours: pull, types });
    }),
  );
}

function visitPlan(records: number): ChartPlan {
  return { ...PEOPLE, clients: CLIENTS, each: { of: 'visits', records: records / CLIENTS } };
}

/** What our device read, beside the same records read by search. */
async function besideSearch(
  server: BenchServer,
  run: { readonly records: number; readonly ours: Counted; readonly types: readonly string[] },
): Promise<SuiteResult> {
  const search = await readByFifo(server, run.types);
  if (search.records !== run.records) throw new Error(`${search.records} records were found`);
  const figures = [
    ...countedFigures(OURS, run.records, run.ours),
    ...countedFigures(SEARCH, run.records, search.read),
  ];
  return {
    sizes: 'records',
    figures,
    ratios: COUNTED_ROWS.map((row) =>
      compare(figures, run.records, [row, `${OURS}: ${row}`, `${SEARCH}: ${row}`]),
    ),
    remarks: [
      serverRemark(server),
      'redux-offline has no pull: its effects read the pages of a FHIR search here, and keep nothing on the disk.',
    ],
  };
}

function compare(
  figures: readonly Figure[],
  size: number,
  [what, ours, theirs]: readonly [what: string, ours: string, theirs: string],
) {
  const find = (name: string) => figures.find((one) => one.what === name && one.size === size);
  return ratio(
    `Fieldchart / redux-offline: ${what}, ${sizeName(size)} records`,
    find(ours),
    find(theirs),
    null,
  );
}

async function requireRecords(database: Database, where: string, expected: number): Promise<void> {
  const [row] = await database.all<{ count: number }>(`SELECT count(*) AS count FROM records WHERE ${where}`);
  if (row?.count !== expected) throw new Error(`The device has ${String(row?.count)} of ${expected} records`);
}
