import {
  ANALYSER_VERSION,
  type FhirResource,
  GROUPING_TYPES,
  clientDocument,
  clientGroups,
  noteDocument,
} from '@fieldchart/clinical';
import { groupTerm } from './groupTerm.ts';
import { noteVector } from './noteVector.ts';

/** What the analyser makes of a resource, as the columns that hold it. */
export interface SearchDocument {
  readonly note_number: number | null;
  /** The text of a `tsvector`. */
  readonly note_words: string | null;
  readonly client_line: string | null;
  readonly client_sort: string | null;
  readonly client_keys: readonly string[];
  /** The groups that the resource puts its client into. */
  readonly client_groups: readonly string[];
  readonly analyser: number;
}

/** The types that the analyser knows. */
export const ANALYSED_TYPES = ['Composition', 'Patient', ...GROUPING_TYPES] as const;

const nothing: SearchDocument = {
  note_number: null,
  note_words: null,
  client_line: null,
  client_sort: null,
  client_keys: [],
  client_groups: [],
  analyser: ANALYSER_VERSION,
};

/** Derives them; of any other type there is nothing to find. */
export function searchDocument(resource: FhirResource): SearchDocument {
  if (resource.resourceType === 'Composition') {
    const document = noteDocument(resource);
    return { ...nothing, note_number: document.number, note_words: noteVector(document) };
  }
  if (resource.resourceType === 'Patient') {
    const { line, sortName, nameKeys } = clientDocument(resource);
    return { ...nothing, client_line: line, client_sort: sortName, client_keys: nameKeys };
  }
  const groups = clientGroups(resource);
  return groups.length === 0 ? nothing : { ...nothing, client_groups: groups.map(groupTerm) };
}
