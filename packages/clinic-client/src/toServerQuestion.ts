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

/** What the server is asked; `none` where it would be the whole record, `device-only` where it could not answer. */
export function toServerQuestion(
  query: OnlineQuery,
  me: { readonly practitionerId: string; readonly now: number },
): ServerQuestion | 'none' | 'device-only' {
  const { search } = query;
  if (query.subject === 'notes') {
    const narrowed = query.clientId !== undefined || Object.keys(query.narrowing).length > 0;
    const hasWords = compileNoteQuery({ text: search }).clauses.length > 0;
    if (!isQuestion(search, hasWords, narrowed)) return 'none';
    return { type: 'Composition', form: noteSearchForm(toNoteQuery(query, me.now), PAGE) };
  }
  const { filter } = query;
  const groups = chosenGroups(query.groups);
  const narrowed = (filter !== 'all' && filter !== 'waiting') || groups.length > 0;
  if (!isQuestion(search, compileClientText(search).length > 0, narrowed)) return 'none';
  if (filter === 'waiting') return 'device-only';
  const narrowing: ClientNarrowing = {
    groups,
    ...(filter === 'all' ? {} : narrowingOf(filter, me)),
  };
  const sort = SORTS[query.sort];
  return { type: 'Patient', form: clientSearchForm({ text: search, sort, narrowing }, PAGE) };
}

/** Enough of a word, or nothing typed and a filter chosen. */
function isQuestion(search: string, hasWords: boolean, narrowed: boolean): boolean {
  const { length } = search.trim();
  return length === 0 ? narrowed : length >= SHORTEST && hasWords;
}
