import {
  clientSearchForm,
  compileClientText,
  compileNoteQuery,
  noteSearchForm,
  type ServerClientSort,
} from '@fieldchart/clinical';
import type { ServerQuestion } from '@fieldchart/fhir-sync';
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
  if (query.search.trim().length < SHORTEST) return 'none';
  if (query.subject === 'notes') {
    if (compileNoteQuery({ text: query.search }).clauses.length === 0) return 'none';
    return { type: 'Composition', form: noteSearchForm(toNoteQuery(query, me), PAGE) };
  }
  if (compileClientText(query.search).length === 0) return 'none';
  if (query.filtered) return 'device-only';
  const sort = SORTS[query.sort];
  return { type: 'Patient', form: clientSearchForm({ text: query.search, sort }, PAGE) };
}
