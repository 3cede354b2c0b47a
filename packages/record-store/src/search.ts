import type { NoteQuery, ResourceKey } from '@fieldchart/clinical';
import type { Timers } from '@fieldchart/foundation';
import type { ChosenGroup, CountedGroup } from './clientGroups.ts';
import type { StoredRecord } from './recordStore.ts';

/** Finding clients and notes on this device, offline. */
export interface Search {
  /** `total` is exact up to 1,000, and 1,001 for more. */
  listClients(query: ClientQuery): Promise<{
    readonly rows: readonly ClientListRow[];
    readonly total: number;
    /** Where the next page begins; null where this is the last. */
    readonly next: ClientCursor | null;
  }>;
  /** What the list of clients can be narrowed to: programs, people who care for them, diagnoses; by kind and label. */
  clientGroups(): Promise<readonly CountedGroup[]>;
  /**
   * A page of the notes that answer a query (`matchesNote` says what that means), newest first. What was written since
   * the index last followed is read as it stands, up to 200 notes: an answer is never behind the records by a word.
   */
  searchNotes(query: NoteQuery, page: NotePage): Promise<FoundNotes>;
  /** How many notes answer a query. Apart from the pages: it looks at a thousand places, and a page at its own. */
  countNotes(query: NoteQuery): Promise<NoteCount>;
  /** What notes can be narrowed to: as the newest 1,000 say it, or the newest of one client. */
  noteChoices(clientId?: string): Promise<NoteChoices>;
  /** Of records that the server found, those on which this device has the word; the others are missing. */
  knownHere(keys: readonly ResourceKey[]): Promise<ReadonlyMap<ResourceKey, KnownHere>>;
  /** Keeps the search index behind the records, beside the work, until the returned function is called. */
  startIndexing(timers: Timers): () => void;
}

export interface ClientQuery {
  /** As typed; `compileClientText` and `matchClient` say what it means. Similar names stand after exact ones. */
  readonly search?: string;
  readonly filter?: 'all' | 'unsigned' | 'not-seen-30-days' | 'waiting' | 'risk' | 'consent-expiring';
  readonly sort: 'name' | 'last-visit' | 'next-visit' | 'birth-date';
  /** All of these hold. */
  readonly groups?: readonly ChosenGroup[];
  /** Client ids: those of them who answer as typed stand before the first page, in this order, and nowhere else. */
  readonly first?: readonly string[];
  /** Rows of a page, those before it not counted. */
  readonly limit: number;
  /** The page before said where this one begins. */
  readonly after?: ClientCursor;
  /** Practitioner id whose unsigned notes count. */
  readonly practitionerId: string;
}

/** The last row of a page, as its order sees it. */
export interface ClientCursor {
  readonly similar: boolean;
  readonly place: string | null;
  readonly clientId: string;
}

export interface ClientListRow {
  readonly clientId: string;
  /** It is one of those asked to stand first. */
  readonly first: boolean;
  readonly name: string;
  /** It answers only if a name was misspelt. */
  readonly similar: boolean;
  readonly birthDate: string | null;
  readonly city: string | null;
  /** Instant. */
  readonly lastVisit: string | null;
  /** Instant of the earliest booking that has not passed. */
  readonly nextVisit: string | null;
  readonly unsignedNotes: number;
  readonly waiting: boolean;
}

export interface FoundNote extends StoredRecord {
  readonly clientId: string | null;
  readonly clientName: string | null;
}
/** `aged-out`: the policy keeps it on the server only, and nothing of its text is here. */
export type KnownHere = 'here' | 'deleted' | 'aged-out';

/** A note's place in the order of all notes. */
export interface NoteCursor {
  /** Milliseconds, as `noteNumber` counts them. */
  readonly number: number;
  readonly id: string;
}

export interface NotePage {
  /** At most so many notes, at least one. */
  readonly limit: number;
  /** Behind this note: the `next` of the page before. */
  readonly after?: NoteCursor;
}

export interface FoundNotes {
  readonly notes: readonly FoundNote[];
  /** Where the next page begins; null where this is the last. */
  readonly next: NoteCursor | null;
}

export interface NoteCount {
  /** Exact up to 1,000, and 1,001 for more. */
  readonly total: number;
  /** Notes that are not searched yet: the index is being made. */
  readonly preparing: number;
}

/** Each once, by its words. */
export interface NoteChoices {
  /** Keys of practitioners, and their names as the notes give them. */
  readonly authors: readonly NoteChoice[];
  /** Codes of note types. */
  readonly types: readonly NoteChoice[];
}

export interface NoteChoice {
  readonly value: string;
  readonly label: string;
}
