import { createMemoryQueue, type MemoryQueue, type QueuedEdit } from '@fieldchart/smart-queue';
import { type Figure, figure, ratio, sizeName, type SuiteResult } from '../figures.ts';
import { ageMemory } from '../garbage.ts';
import { fifo, offlineActionOf } from '../redux/fifo.ts';

/** What the push asks for (see the limits of the push loop). */
const LIMITS = { entries: 100, bytes: 1_000_000 };
const AT_MOST = 2;
/** Operations of a tight loop that are timed as one sample. */
const TOGETHER = 10;

/** Entries that wait, one call of `enqueue` after the other. */
interface Shape {
  readonly name: string;
  /** Entries that one call makes. */
  readonly perCall: number;
  call(at: number): readonly QueuedEdit<string>[];
}

const BODY = 'x'.repeat(500);

const SHAPES: readonly Shape[] = [
  { name: 'independent', perCall: 1, call: (at) => [edit(`Note/${at}`)] },
  {
    name: 'one client',
    perCall: 1,
    call: (at) => [at === 0 ? edit('Client/0') : edit(`Note/${at}`, { references: ['Client/0'] })],
  },
  {
    name: 'groups',
    perCall: 2,
    call: (at) =>
      [`Note/${at}`, `Signature/${at}`].map((resource) =>
        edit(resource, {
          group: `g${at}`,
          barrier: true,
          references: resource.startsWith('N') ? [] : [`Note/${at}`],
        }),
      ),
  },
];

function edit(resource: string, more: Partial<QueuedEdit<string>> = {}): QueuedEdit<string> {
  return {
    id: `m-${resource}`,
    resource,
    kind: 'create',
    author: 'a',
    group: null,
    barrier: false,
    references: [],
    formerReferences: [],
    after: [],
    body: BODY,
    ...more,
  };
}

const ROWS = [
  'new entry',
  'new entry, in a tight loop',
  'edit of one that waits',
  'edit of one that waits, in a tight loop',
  'next batch',
] as const;
type Row = (typeof ROWS)[number];
const FIFO_ROWS = ['enqueue', 'peek'] as const;
type FifoRow = (typeof FIFO_ROWS)[number];
const MAP_ROWS = ['set, in a tight loop', 'get, in a tight loop'] as const;
type MapRow = (typeof MAP_ROWS)[number];

/** One queue of one size, ready to be timed round after round. */
interface Lane {
  readonly round: () => Readonly<Record<Row, number>>;
}

/** The queue in memory: what an edit and the next batch cost with few and with many waiting, beside FIFO's array. */
export function queueMemory(sizes: readonly number[], rounds: number): SuiteResult {
  const figures: Figure[] = [];
  const ratios: ReturnType<typeof ratio>[] = [];
  const [smallest = 0] = sizes;
  const largest = sizes.at(-1) ?? 0;
  const grown = `${sizeName(largest)} waiting / ${sizeName(smallest)}`;
  const find = (what: string, size: number) => figures.find((one) => one.what === what && one.size === size);
  const compare = <Row extends string>(
    name: string,
    rows: readonly Row[],
    lanes: readonly { readonly round: () => Readonly<Record<Row, number>> }[],
    target: (row: Row) => number | null = () => null,
  ) => {
    const timings = inTurn(lanes, rounds);
    for (const row of rows) {
      const what = `${name}: ${row}`;
      for (const [at, size] of sizes.entries()) {
        figures.push(figure(what, size, timings[at]?.map((round) => round[row]) ?? [], 'µs'));
      }
      ratios.push(ratio(`${what}, ${grown}`, find(what, largest), find(what, smallest), target(row)));
    }
  };
  for (const shape of SHAPES) {
    const lanes = sizes.map((size) => openLane(shape, size));
    compare(shape.name, ROWS, lanes, (row) => (row.endsWith('tight loop') ? null : AT_MOST));
  }
  compare('redux-offline FIFO', FIFO_ROWS, sizes.map(openFifoLane));
  compare('one Map, the limit', MAP_ROWS, sizes.map(openMapLane));
  const against = (ours: Row, theirs: FifoRow) =>
    ratio(
      `independent: ${ours} / FIFO's ${theirs}, ${sizeName(largest)} waiting`,
      find(`independent: ${ours}`, largest),
      find(`redux-offline FIFO: ${theirs}`, largest),
      null,
    );
  return {
    sizes: 'waiting',
    figures,
    ratios: [...ratios, against('new entry', 'enqueue'), against('next batch', 'peek')],
    remarks: [
      'Next batch: up to 100 entries that may be sent, with their bodies. Peek: the one at the head.',
      'An edit comes alone, after other work: the target is set for that. In a tight loop a queue of 100 stays in the caches of the processor and one of 100,000 does not: the Map shows what that costs a single look-up, and an edit makes several.',
    ],
  };
}

/** One round of every size in turn: what else the machine does meanwhile falls on all of them alike. */
function inTurn<Round>(
  lanes: readonly { readonly round: () => Round }[],
  rounds: number,
): readonly Round[][] {
  const all = lanes.map((): Round[] => []);
  const warmUp = Math.max(20, Math.ceil(rounds / 5));
  for (let at = -warmUp; at < rounds; at += 1) {
    for (const [lane, { round }] of lanes.entries()) {
      const took = round();
      if (at >= 0) all[lane]?.push(took);
    }
  }
  return all;
}

function openLane(shape: Shape, size: number): Lane {
  const calls = Math.ceil(size / shape.perCall);
  const make = () => {
    const queue = createMemoryQueue<string>((body) => body.length);
    for (let at = 0; at < calls; at += 1) queue.enqueue(shape.call(at));
    // What waits has waited for a while: a small queue that is made anew each round would be measured in the nursery.
    ageMemory();
    return queue;
  };
  let queue: MemoryQueue<string> = make();
  let next = calls;
  let edits = 0;
  const freshCall = () => {
    next += 1;
    return shape.call(next - 1);
  };
  const change = () => {
    edits += 1;
    // Neither the client, which waits in front, nor anything that a round added.
    const [first] = shape.call(1 + ((edits * 7919) % (calls - 1)));
    const { resource = '', references = [] } = first ?? {};
    return [{ ...edit(resource), id: `e${edits}`, kind: 'update' as const, references }];
  };
  const enqueueAll = (all: readonly (readonly QueuedEdit<string>[])[]) => {
    for (const one of all) queue.enqueue(one);
  };
  const several = <T>(make: () => T) => Array.from({ length: TOGETHER }, make);
  return {
    round() {
      // What the rounds add must not become a good part of what waits.
      if ((next - calls) * shape.perCall > size / 10 && next > calls) {
        queue = make();
        next = calls;
      }
      const [fresh, freshAll, changed, changedAll] = [
        freshCall(),
        several(freshCall),
        change(),
        several(change),
      ];
      doOtherWork();
      const added = timed(() => enqueueAll([fresh]));
      const addedAll = timed(() => enqueueAll(freshAll)) / TOGETHER;
      doOtherWork();
      const edited = timed(() => enqueueAll([changed]));
      const editedAll = timed(() => enqueueAll(changedAll)) / TOGETHER;
      doOtherWork();
      const chosen = timed(() => {
        if (queue.nextBatch(LIMITS) === null) throw new Error('Nothing was ready');
      });
      return {
        'new entry': added,
        'new entry, in a tight loop': addedAll,
        'edit of one that waits': edited,
        'edit of one that waits, in a tight loop': editedAll,
        'next batch': chosen,
      };
    },
  };
}

function openFifoLane(size: number) {
  const outbox = Array.from({ length: size }, (_, at) => offlineActionOf(`Note/${at}`, BODY));
  const fresh = offlineActionOf('Note/new', BODY);
  return {
    round() {
      let longer: readonly unknown[] = [];
      let head: unknown;
      doOtherWork();
      const enqueued = timed(() => {
        longer = fifo.enqueue(outbox, fresh);
      });
      doOtherWork();
      const peeked = timed(() => {
        head = fifo.peek(outbox, fresh);
      });
      if (longer.length !== size + 1 || head !== outbox[0]) throw new Error('FIFO did not do its work');
      return { enqueue: enqueued, peek: peeked };
    },
  };
}

/** What a look-up by name costs by itself. */
function openMapLane(size: number) {
  const map = new Map(Array.from({ length: size }, (_, at) => [`Note/${at}`, { edits: at }]));
  ageMemory();
  let turns = 0;
  return {
    round(): Readonly<Record<MapRow, number>> {
      const fresh = Array.from({ length: TOGETHER }, (_, at) => ({
        key: `Note/new/${turns}/${at}`,
        edits: 0,
      }));
      const known = fresh.map((_, at) => `Note/${((turns * TOGETHER + at) * 7919) % size}`);
      turns += 1;
      let edits = 0;
      doOtherWork();
      const set = timed(() => {
        for (const one of fresh) map.set(one.key, one);
      });
      doOtherWork();
      const get = timed(() => {
        for (const key of known) edits += map.get(key)?.edits ?? Number.NaN;
      });
      if (Number.isNaN(edits)) throw new Error('The Map did not do its work');
      for (const { key } of fresh) map.delete(key);
      return { 'set, in a tight loop': set / TOGETHER, 'get, in a tight loop': get / TOGETHER };
    },
  };
}

const memory = new Uint8Array(8 * 2 ** 20);

/** An edit comes alone, after the app has done other things: what the last one left in the caches is gone. */
function doOtherWork(): void {
  for (let at = 0; at < memory.length; at += 64) memory[at] = (memory[at] ?? 0) + 1;
}

/** Microseconds. */
function timed(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) * 1000;
}
