import type { Timers } from '@fieldchart/foundation';
import type { RecordStore } from '@fieldchart/record-store';
import { indexClients } from '../../../packages/record-store/src/clientIndex.ts';
import type { Typist } from './typing.ts';

/** A little longer than the index waits after a commit: it has begun when the next letter comes. */
const PAUSE = 2_150;
const BETWEEN = 60;
const LETTERS = 5;

/** Milliseconds of keystrokes, with the index following at each pause and without. */
export interface TypedBesideIndex {
  /** The first after a pause, which comes while the index takes its portions. */
  readonly first: number[];
  readonly others: number[];
  /** The first after the same pause with no index at work. */
  readonly firstAlone: number[];
  readonly othersAlone: number[];
}

/** Types in bursts with pauses for thought, while most notes wait for the index: in turns with it and without. */
export async function typeBesideIndex(options: {
  readonly store: RecordStore;
  readonly typist: Pick<Typist, 'keystroke'>;
  readonly timers: Timers;
  readonly bursts: number;
}): Promise<TypedBesideIndex> {
  const { store, typist, timers, bursts } = options;
  const pass = (milliseconds: number) =>
    new Promise<void>((resolve) => void timers.after(milliseconds, resolve));
  const burst = async (first: number[], others: number[]) => {
    await pass(PAUSE);
    first.push(await typist.keystroke());
    for (let letter = 1; letter < LETTERS; letter += 1) {
      await pass(BETWEEN);
      others.push(await typist.keystroke());
    }
  };
  const typed: TypedBesideIndex = { first: [], others: [], firstAlone: [], othersAlone: [] };
  // Those whom a first sync brings are found at once; their notes wait.
  while ((await indexClients(store.database, 50)) > 0);
  await typist.keystroke();
  for (let at = 0; at < bursts; at += 1) {
    const stop = store.startIndexing(timers);
    await burst(typed.first, typed.others);
    stop();
    await burst(typed.firstAlone, typed.othersAlone);
  }
  return typed;
}
