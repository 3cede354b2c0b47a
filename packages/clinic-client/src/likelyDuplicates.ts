import { nameKeys, wordsOf } from '@fieldchart/clinical';
import type { ClientListRow, RecordStore } from '@fieldchart/record-store';

/** What of a new client has been typed so far; any part may be empty. */
export interface NewPerson {
  readonly given: string;
  readonly family: string;
  /** `YYYY-MM-DD`, or a beginning of it. */
  readonly birthDate: string;
}

const SHOWN = 3;
/** Clients looked at of each kind: more with one name or birth date are hardly in one caseload. */
const CANDIDATES = 50;

/** Clients who may be the one that is being registered, those of the same birth date first. */
export async function likelyDuplicates(
  store: RecordStore,
  practitionerId: string,
  person: NewPerson,
): Promise<readonly ClientListRow[]> {
  const texts = [person.family.trim(), person.birthDate.length === 10 ? person.birthDate : ''];
  const lists = await Promise.all(
    texts
      .filter((text) => text !== '')
      .map((search) => store.listClients({ search, sort: 'name', limit: CANDIDATES, practitionerId })),
  );
  const candidates = new Map(lists.flatMap(({ rows }) => rows.map((row) => [row.clientId, row] as const)));
  return [...candidates.values()]
    .filter((row) => isLikely(row, person))
    .sort((a, b) => Number(b.birthDate === person.birthDate) - Number(a.birthDate === person.birthDate))
    .slice(0, SHOWN);
}

/**
 * Two of three agree: first name, last name, birth date. A name agrees if one of its words is one of the client's, with
 * a letter wrong at most.
 */
export function isLikely(
  client: { readonly name: string; readonly birthDate: string | null },
  person: NewPerson,
): boolean {
  const theirs = spoken(client.name);
  const agreeing = [
    agrees(theirs, spoken(person.given)),
    agrees(theirs, spoken(person.family)),
    client.birthDate !== null && client.birthDate === person.birthDate,
  ];
  return agreeing.filter(Boolean).length >= 2;
}

const spoken = (name: string) => wordsOf(name).map(({ word }) => word);

function agrees(theirs: readonly string[], typed: readonly string[]): boolean {
  const keys = new Set(theirs.flatMap((word) => [word, ...nameKeys(word)]));
  return typed.some((word) => keys.has(word) || nameKeys(word).some((key) => keys.has(key)));
}
