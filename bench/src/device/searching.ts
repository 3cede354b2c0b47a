import type { RecordStore } from '@fieldchart/record-store';
import { indexPortion } from '../../../packages/record-store/src/indexNotes.ts';
import { indexClients } from '../../../packages/record-store/src/clientIndex.ts';

/** Clients that are searched, with and without notes. */
export const CLIENTS = 10_000;

/** Rows that a screen asks for at once, and after it was scrolled to its third page. */
const PAGE = 40;
const THIRD_PAGE = 3 * PAGE;

type Ask = (store: RecordStore, practitionerId: string) => Promise<number>;

const notes =
  (text: string, limit = PAGE): Ask =>
  async (store) =>
    (await store.searchNotes({ text }, limit)).notes.length;

const clients =
  (search: string): Ask =>
  async (store, practitionerId) =>
    (await store.listClients({ search, sort: 'name', limit: 60, practitionerId })).rows.length;

/** What is asked, by the name of its row. */
export const QUESTIONS: Readonly<Record<string, Ask>> = {
  'notes: a prefix, as typed': notes('slee'),
  'notes: one rare word': notes('brighter '),
  'notes: two words': notes('appetite sleeping '),
  'notes: a phrase': notes('"since the move"'),
  'notes: a common word': notes('the '),
  'notes: filter, dates, third page': async (store) =>
    (
      await store.searchNotes(
        { text: 'client ', statuses: ['final'], from: '2025-01-01', before: '2026-05-01' },
        THIRD_PAGE,
      )
    ).notes.length,
  'notes: no words, newest first': notes(''),
  'clients: a part of a name': clients('ara'),
  'clients: a name with a letter wrong': clients('Blckwell'),
  'clients: two parts and a birth year': clients('an el 198'),
};

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
  const took: Record<string, number[]> = {};
  const rows: Record<string, number> = {};
  for (let sample = -3; sample < samples; sample += 1) {
    for (const [name, ask] of Object.entries(QUESTIONS)) {
      const start = elapsed();
      rows[name] = await ask(store, practitionerId);
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
