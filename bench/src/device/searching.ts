import type { NoteQuery } from '@fieldchart/clinical';
import type { ClientCursor, NoteCursor, RecordStore } from '@fieldchart/record-store';
import { indexPortion } from '../../../packages/record-store/src/indexNotes.ts';
import { indexClients } from '../../../packages/record-store/src/clientIndex.ts';

/** Clients that are searched, with and without notes. */
export const CLIENTS = 10_000;

/** Rows that a screen asks for at once. */
const PAGE = 40;
const CLIENT_PAGE = 60;

/** Before the generated notes' last day, and how many days are searched back from. */
const LAST_DAY = Date.UTC(2026, 5, 1);
const DAYS = 300;

interface Asked {
  readonly store: RecordStore;
  readonly practitionerId: string;
  /** Counts the turns. */
  readonly sample: number;
}

type Ask = (asked: Asked) => Promise<number>;

const notes =
  (text: string): Ask =>
  async ({ store }) =>
    (await store.searchNotes({ text }, { limit: PAGE })).notes.length;

/** What is behind the rows: how many they are. */
const count =
  (text: string): Ask =>
  async ({ store }) =>
    (await store.countNotes({ text })).total;

/** Other notes at each turn: what SQLite keeps of the last answer is of no use. */
const otherNotes: Ask = async ({ store, sample }) => {
  const before = new Date(LAST_DAY - ((sample * 37) % DAYS) * 86_400_000).toISOString();
  return (await store.searchNotes({ text: 'appetite sleeping ', before }, { limit: PAGE })).notes.length;
};

const NARROWED: NoteQuery = {
  text: 'client ',
  statuses: ['final'],
  from: '2025-01-01',
  before: '2026-05-01',
};

const thirdPage = (after: NoteCursor): Ask => {
  return async ({ store }) => (await store.searchNotes(NARROWED, { limit: PAGE, after })).notes.length;
};

const clients =
  (search: string): Ask =>
  async ({ store, practitionerId }) =>
    (await store.listClients({ search, sort: 'name', limit: CLIENT_PAGE, practitionerId })).rows.length;

/** Another filter and another order than the list's own. */
const NOT_SEEN = { filter: 'not-seen-30-days', sort: 'last-visit', limit: CLIENT_PAGE } as const;

const secondPage = (after: ClientCursor): Ask => {
  return async ({ store, practitionerId }) =>
    (await store.listClients({ ...NOT_SEEN, practitionerId, after })).rows.length;
};

/** What is asked, by the name of its row. */
async function questionsTo(
  store: RecordStore,
  practitionerId: string,
): Promise<Readonly<Record<string, Ask>>> {
  const { next } = await store.searchNotes(NARROWED, { limit: 2 * PAGE });
  const { next: nextClient } = await store.listClients({ ...NOT_SEEN, practitionerId });
  if (next === null || nextClient === null) throw new Error('There is no next page: more notes are needed');
  return {
    'notes: a prefix, as typed': notes('slee'),
    'notes: one rare word': notes('brighter '),
    'notes: two words': notes('appetite sleeping '),
    'notes: two words, other notes each time': otherNotes,
    'notes: a phrase': notes('"since the move"'),
    'notes: a common word': notes('the '),
    'notes: filter, dates, third page': thirdPage(next),
    'notes: no words, newest first': notes(''),
    'notes: counting two words': count('appetite sleeping '),
    'notes: counting a phrase': count('"since the move"'),
    'notes: counting a common word': count('the '),
    'clients: a part of a name': clients('ara'),
    'clients: a name with a letter wrong': clients('Blckwell'),
    'clients: two parts and a birth year': clients('an el 198'),
    'clients: filter, by last visit, second page': secondPage(nextClient),
  };
}

/** Milliseconds that each question took, in turns, and how many rows it found. */
export interface Searched {
  readonly took: Readonly<Record<string, number[]>>;
  readonly rows: Readonly<Record<string, number>>;
}

export async function searchInTurn(
  store: RecordStore,
  practitionerId: string,
  samples: number,
  elapsed: () => number,
): Promise<Searched> {
  const questions = Object.entries(await questionsTo(store, practitionerId));
  const took: Record<string, number[]> = {};
  const rows: Record<string, number> = {};
  for (let sample = -3; sample < samples; sample += 1) {
    for (const [name, ask] of questions) {
      const start = elapsed();
      rows[name] = await ask({ store, practitionerId, sample: sample + 3 });
      if (sample >= 0) (took[name] ??= []).push(elapsed() - start);
    }
  }
  return { took, rows };
}

/** Brings every client and note into the index, as the app does beside the work, without its pauses. Milliseconds. */
export async function indexAll(store: RecordStore, elapsed: () => number): Promise<number> {
  const start = elapsed();
  while ((await indexClients(store.database, 50)) > 0);
  while ((await indexPortion(store.database)) > 0);
  return elapsed() - start;
}
