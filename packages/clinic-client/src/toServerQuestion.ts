import {
  type ClientNarrowing,
  clientSearchForm,
  compileClientText,
  compileNoteQuery,
  narrowingOf,
  noteSearchForm,
  type ServerClientSort,
} from '@fieldchart/clinical';
import type { ServerQuestion } from '@fieldchart/fhir-sync';
import { chosenGroups } from './chosenGroups.ts';
import { toNoteQuery } from './noteSearch.ts';
import type { OnlineQuery } from './onlineViews.ts';
import type { CaseloadSort } from './queries.ts';

/** Fewer characters are answered by half of the record: the device does that by itself. */
const SHORTEST = 3;
/** Hits that one request brings. */
const PAGE = 50;

/** The server knows no bookings by their client: its part of that list is by name. */
const SORTS: Readonly<Record<CaseloadSort, ServerClientSort>> = {
  name: 'family',
  'last-visit': '-last-visit',
  'next-visit': 'family',
  'birth-date': 'birthdate',
};

/** What the server is asked; `none` where too little was typed, `device-only` where it could not answer. */
export function toServerQuestion(
  query: OnlineQuery,
  me: { readonly practitionerId: string; readonly now: number },
): ServerQuestion | 'none' | 'device-only' {
  const { search } = query;
  const length = search.trim().length;
  if (query.subject === 'notes') {
    // One client's notes are no half of the record: they may be asked for without a word.
    const isClient = query.clientId !== undefined && length === 0;
    if (!isClient && length < SHORTEST) return 'none';
    if (!isClient && compileNoteQuery({ text: search }).clauses.length === 0) return 'none';
    return { type: 'Composition', form: noteSearchForm(toNoteQuery(query, me.now), PAGE) };
  }
  if (length < SHORTEST || compileClientText(search).length === 0) return 'none';
  const { filter } = query;
  if (filter === 'waiting') return 'device-only';
  const narrowing: ClientNarrowing = {
    groups: chosenGroups(query.groups),
    ...(filter === 'all' ? {} : narrowingOf(filter, me)),
  };
  const sort = SORTS[query.sort];
  return { type: 'Patient', form: clientSearchForm({ text: search, sort, narrowing }, PAGE) };
}
