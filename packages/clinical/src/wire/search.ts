import type { ResourceType } from '../fhir/resources.ts';
import type { ClientNarrowing } from '../search/clientNarrowing.ts';
import type { NoteQuery } from '../search/noteQuery.ts';

// How a search is asked of the server: as the form of a POST, so that what was typed stands in no address.

/** Where the forms of a type's searches go. */
export function searchPath(type: ResourceType): string {
  return `/fhir/${type}/_search`;
}

/** Every search looks at no more than that. */
const LONGEST_TEXT = 1000;

/** Orders of clients that the server knows. */
export type ServerClientSort = 'family' | '-last-visit' | 'birthdate';

/** The form that asks for a page of notes, newest first, with the clients whom they are about. */
export function noteSearchForm(query: NoteQuery, count: number): string {
  const { text, clientId, author, statuses, type, from, before } = query;
  return form([
    ['_content', text.slice(0, LONGEST_TEXT)],
    ['patient', clientId],
    ['author', author],
    ['status', statuses?.join(',')],
    ['type', type],
    ['date', from === undefined ? undefined : `ge${from}`],
    ['date', before === undefined ? undefined : `lt${before}`],
    ['_sort', '-date'],
    ['_include', 'Composition:patient'],
    ['_count', String(count)],
  ]);
}

/**
 * A named query of FHIR search: what one record of a client must say at once (a consent in force that ends soon) `_has`
 * cannot ask, as each `_has` may be answered by another record, and nobody can be asked for by what they have not.
 */
export const NARROWED_CLIENTS = 'narrowed-clients';

/** The form that asks for a page of clients; those with a misspelt name stand last. */
export function clientSearchForm(
  asked: { readonly text: string; readonly sort: ServerClientSort; readonly narrowing?: ClientNarrowing },
  count: number,
): string {
  const { text, sort, narrowing = {} } = asked;
  const narrowed = narrowingPairs(narrowing);
  return form([
    ['_content', text.slice(0, LONGEST_TEXT)],
    ...(narrowed.length === 0 ? [] : [['_query', NARROWED_CLIENTS] as const, ...narrowed]),
    ['_sort', sort],
    ['_count', String(count)],
  ]);
}

function narrowingPairs(narrowing: ClientNarrowing): (readonly [name: string, value: string])[] {
  const { groups = [], unsignedBy, notSeenSince, atRisk, consentEnds } = narrowing;
  return [
    ...groups.map(({ kind, value }) => [kind, value] as const),
    ...(unsignedBy === undefined ? [] : [['unsigned-by', unsignedBy] as const]),
    ...(notSeenSince === undefined ? [] : [['not-seen-since', notSeenSince] as const]),
    ...(atRisk === true ? [['at-risk', 'true'] as const] : []),
    ...(consentEnds === undefined
      ? []
      : [
          ['consent-ends', `ge${consentEnds.first}`] as const,
          ['consent-ends', `le${consentEnds.last}`] as const,
        ]),
  ];
}

function form(pairs: readonly (readonly [name: string, value: string | undefined])[]): string {
  return pairs.flatMap(([name, value]) => (value === undefined ? [] : `${name}=${encode(value)}`)).join('&');
}

/** Half of a character, as typing in between may leave it, is no text. */
function encode(value: string): string {
  return encodeURIComponent(value.replaceAll(/[\uD800-\uDFFF]/gu, ''));
}
