import {
  type Composition,
  displayName,
  keyOfReference,
  type Patient,
  type ResourceKey,
} from '@fieldchart/clinical';
import type { ServerPage } from '@fieldchart/fhir-sync';
import type { KnownHere } from '@fieldchart/record-store';
import type { ServerHit } from './mergeFound.ts';
import { noteSnippet, toNoteQuery } from './noteSearch.ts';
import { summaryOfNote } from './noteSummary.ts';
import type { ClientOnServer, NoteOnServer, OnlineQuery, WhereFound } from './onlineViews.ts';

/** A record that the server found, and the client whom it is about. */
export interface FoundHit extends ServerHit {
  readonly clientId: string;
  readonly clientName: string;
  /** It answers only if a name was misspelt. */
  readonly similar: boolean;
  readonly resource: Patient | Composition;
}

/** The hits of a page, in its order. */
export function hitsOf({ matches, included }: ServerPage): FoundHit[] {
  const clients = included.filter((one): one is Patient => one.resourceType === 'Patient');
  const names = new Map(clients.map((client) => [client.id, displayName(client)]));
  return matches.flatMap(({ resource, score }): FoundHit[] => {
    const similar = score < 1;
    if (resource.resourceType === 'Patient') {
      const { id } = resource;
      return [{ key: `Patient/${id}`, clientId: id, clientName: displayName(resource), similar, resource }];
    }
    if (resource.resourceType !== 'Composition') return [];
    const clientId = clientIdOf(resource);
    const clientName = names.get(clientId) ?? '';
    return [{ key: `Composition/${resource.id}`, clientId, clientName, similar, resource }];
  });
}

export function clientIdOf(note: Composition): string {
  const { reference } = note.subject ?? {};
  return (reference === undefined ? undefined : keyOfReference(reference))?.split('/')[1] ?? '';
}

/** Hits as the screens show them. */
export function showHits(
  hits: readonly FoundHit[],
  known: ReadonlyMap<ResourceKey, KnownHere>,
  query: OnlineQuery,
  me: { readonly practitionerId: string; readonly now: number },
): { readonly clients: readonly ClientOnServer[]; readonly notes: readonly NoteOnServer[] } {
  if (query.subject === 'clients')
    return { clients: hits.flatMap((hit) => clientRow(hit, known)), notes: [] };
  const asked = toNoteQuery(query, me.now);
  const notes = hits.flatMap(({ key, clientId, clientName, resource }): NoteOnServer[] => {
    if (resource.resourceType !== 'Composition') return [];
    const { preview: _, ...summary } = summaryOfNote(resource, me.practitionerId);
    const snippet = noteSnippet(resource, asked);
    return [{ ...summary, clientId, clientName, snippet, where: whereFound({ key, clientId }, known) }];
  });
  return { clients: [], notes };
}

function clientRow(
  { key, clientId, similar, resource }: FoundHit,
  known: ReadonlyMap<ResourceKey, KnownHere>,
) {
  if (resource.resourceType !== 'Patient') return [];
  const city = resource.address?.find((address) => address.city !== undefined)?.city ?? null;
  const row: ClientOnServer = {
    clientId,
    name: displayName(resource),
    similar,
    birthDate: resource.birthDate ?? null,
    city,
    where: whereFound({ key, clientId }, known),
  };
  return [row];
}

/** Where a record that the device does not have is to be found. */
export function whereFound(
  { key, clientId }: Pick<FoundHit, 'key' | 'clientId'>,
  known: ReadonlyMap<ResourceKey, KnownHere>,
): WhereFound {
  if (known.get(key) === 'aged-out') return 'aged-out';
  return known.get(`Patient/${clientId}`) === 'here' ? 'not-fetched' : 'beyond-caseload';
}
