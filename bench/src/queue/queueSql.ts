import { openNodeDatabase } from '@fieldchart/encrypted-sqlite/node';
import { createSeededRandom } from '@fieldchart/foundation';
import { createSqliteStorage } from '@fieldchart/redux-persist-sqlite';
import { type Figure, figure, ratio, type Ratio, sizeName, type SuiteResult } from '../figures.ts';
import { offlineActionOf } from '../redux/fifo.ts';
import { openReduxOffline } from '../redux/reduxOffline.ts';
import { openWaitingStore, STORE_SHAPES, type StoreShape } from './waitingStore.ts';

const LIMITS = { entries: 100, bytes: 1_000_000 };
const AT_MOST = 2;
const ROWS = ['new entry', 'edit of one that waits', 'next batch'] as const;
type Round = Readonly<Record<(typeof ROWS)[number], number>>;
const FIFO = 'redux-offline: enqueue, persisted';

/**
 * The queue in the record store, on the encrypted Node database: what a change with its entry costs until it is
 * durable, and the next batch until its attempt is, with few and with many entries waiting.
 */
export async function queueSql(
  directory: string,
  sizes: readonly number[],
  rounds: number,
): Promise<SuiteResult> {
  const figures: Figure[] = [];
  const ratios: Ratio[] = [];
  const [smallest = 0] = sizes;
  const largest = sizes.at(-1) ?? 0;
  const compare = (what: string, atMost: number | null) => {
    const find = (size: number) => figures.find((one) => one.what === what && one.size === size);
    ratios.push(
      ratio(
        `${what}, ${sizeName(largest)} waiting / ${sizeName(smallest)}`,
        find(largest),
        find(smallest),
        atMost,
      ),
    );
  };
  for (const shape of STORE_SHAPES) {
    const all = await measureShape(directory, shape, sizes, rounds);
    for (const row of ROWS) {
      const what = `${shape.name}: ${row}`;
      for (const [at, size] of sizes.entries()) {
        figures.push(figure(what, size, all[at]?.map((round) => round[row]) ?? []));
      }
      compare(what, AT_MOST);
    }
  }
  for (const size of sizes) {
    figures.push(figure(FIFO, size, await persistFifo(directory, size, size > 1000 ? 5 : rounds)));
  }
  compare(FIFO, null);
  return {
    sizes: 'waiting',
    figures,
    ratios,
    remarks: [
      'Next batch: up to 100 entries, their bytes frozen and their attempt committed. In groups it is one group of two.',
      "redux-offline's persistence writes its whole outbox at each change, into the same encrypted database.",
    ],
  };
}

async function measureShape(
  directory: string,
  shape: StoreShape,
  sizes: readonly number[],
  rounds: number,
): Promise<readonly Round[][]> {
  const lanes = [];
  for (const size of sizes) {
    lanes.push({ waiting: await openWaitingStore(directory, shape, size), revision: 1, took: [] as Round[] });
  }
  for (let at = -5; at < rounds; at += 1) {
    for (const lane of lanes) {
      const { waiting } = lane;
      const fresh = shape.call(at + 1_000_000);
      const added = await timed(() => waiting.write(fresh, 0));
      const edited = await timed(() => waiting.write([waiting.some], lane.revision));
      lane.revision += 1;
      await waiting.rewind(fresh);
      const chosen = await timed(async () => {
        if ((await waiting.store.nextBatch(LIMITS)) === undefined) throw new Error('Nothing was ready');
      });
      await waiting.rewind([]);
      const round = { 'new entry': added, 'edit of one that waits': edited, 'next batch': chosen };
      if (at >= 0) lane.took.push(round);
    }
  }
  for (const { waiting } of lanes) await waiting.store.database.close();
  return lanes.map(({ took }) => took);
}

/** From the dispatched action until the outbox that holds it is on the disk. */
async function persistFifo(directory: string, size: number, samples: number): Promise<readonly number[]> {
  const database = await openNodeDatabase({ directory })({
    name: `fifo-${size}.db`,
    key: createSeededRandom(size).bytes(32),
  });
  const body = { text: 'x'.repeat(450) };
  const outbox = Array.from({ length: size }, (_, at) => offlineActionOf(`Note/${at}`, body));
  const offline = await openReduxOffline({ storage: createSqliteStorage({ database }), outbox });
  const took: number[] = [];
  for (let at = 0; at < samples; at += 1) {
    took.push(
      await timed(async () => {
        offline.enqueue(offlineActionOf('Note/new', body));
        await offline.persisted();
      }),
    );
  }
  await offline.close();
  await database.close();
  return took;
}

/** Milliseconds. */
async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
