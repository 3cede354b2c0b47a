import type { ServerProblem } from '@fieldchart/fhir-sync';
import type { Result } from '@fieldchart/foundation';
import type {
  CaseloadFilter,
  CaseloadGroups,
  CaseloadSort,
  ChartAnswer,
  ClientRow,
  FoundNoteRow,
  NoteAnswer,
  NoteQuestion,
  NoteSummary,
} from './queries.ts';

// What the server answers beside the device. None of it is ever written to the device's disk.

/** A question of the search box, as it is put to the server. */
export type OnlineQuery =
  | {
      readonly subject: 'clients';
      readonly search: string;
      readonly sort: CaseloadSort;
      readonly filter: CaseloadFilter;
      readonly groups: CaseloadGroups;
    }
  | ({ readonly subject: 'notes' } & NoteQuestion);

/**
 * Where a hit is: kept on the server only by policy; of a client on this device, and not fetched yet; or of a client
 * whom only the role lets this person read.
 */
export type WhereFound = 'aged-out' | 'not-fetched' | 'beyond-caseload';

export interface ClientOnServer extends Pick<
  ClientRow,
  'clientId' | 'name' | 'similar' | 'birthDate' | 'city'
> {
  readonly where: WhereFound;
}

export interface NoteOnServer extends Omit<FoundNoteRow, 'delivery' | 'preview'> {
  readonly where: WhereFound;
}

export interface OnlineAnswer {
  /**
   * `none`: too little was typed to ask, and no filter chosen. `device-only`: what waits to be sent is known to the device alone. `failed`: see `problem`;
   * what had been found stays.
   */
  readonly state: 'none' | 'device-only' | 'searching' | 'found' | 'failed';
  readonly problem: ServerProblem['kind'] | null;
  /** What the device does not have, in the order of the search: it only ever grows at its end, or loses what the device got. */
  readonly clients: readonly ClientOnServer[];
  readonly notes: readonly NoteOnServer[];
  /** There is more to ask for. */
  readonly more: boolean;
  /** The server is still making its search: some may be missing. */
  readonly preparing: boolean;
}

/** A search of the server that is on the screen. */
export interface OnlineSearch {
  /** The next pages. */
  more(): void;
  /** Once more, after it failed. */
  again(): void;
  stop(): void;
}

/** A note to read that is not on this device. */
export interface ServerNote extends Omit<
  NoteAnswer,
  'revision' | 'attentionId' | 'inConflict' | 'delivery' | 'preview'
> {
  readonly risks: readonly { readonly id: string; readonly text: string }[];
  readonly where: WhereFound;
}

/** A client to read who is not on this device. */
export interface ServerClient {
  readonly clientId: string;
  readonly name: string;
  readonly birthDate: string | null;
  readonly gender: string | null;
  readonly phone: string | null;
  readonly address: string | null;
  readonly risks: readonly { readonly id: string; readonly text: string }[];
  readonly notes: ServerRows<NoteSummary>;
  readonly visits: ServerRows<Omit<ChartAnswer['visits'][number], 'delivery'>>;
  readonly consents: ServerRows<Omit<ChartAnswer['consents'][number], 'delivery'>>;
}

/** What the server has of one kind, page by page. */
export interface ServerRows<Row> {
  /** Newest first. */
  readonly rows: readonly Row[];
  /** Reads on; null at the end. */
  readonly next: (() => Promise<Result<ServerRows<Row>, ServerProblem>>) | null;
}

/** What of the server can be searched and read beside the device, while somebody looks at it. */
export interface Online {
  /**
   * Asks the server what the device was asked, after a pause of typing; answers at once and at each change. A search
   * that is begun ends the one before it.
   */
  readonly searchServer: (query: OnlineQuery, onAnswer: (answer: OnlineAnswer) => void) => OnlineSearch;
  /** Whether a search of this unlock found the record: it is then read without another word. */
  readonly wasFoundOnServer: (key: string) => boolean;
  readNoteOnServer(noteId: string): Promise<Result<ServerNote, ServerProblem>>;
  readClientOnServer(clientId: string): Promise<Result<ServerClient, ServerProblem>>;
}
