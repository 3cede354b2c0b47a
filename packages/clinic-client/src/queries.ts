import type { ClientGroupKind, SnippetPart, VisitPlace } from '@fieldchart/clinical';
import type {
  AgedOut,
  ClientCursor,
  ClientListRow,
  CountedGroup,
  Handover,
  NoteChoices,
  NoteCount,
  NoteCursor,
} from '@fieldchart/record-store';
import type { AttentionAnswer, AttentionRow, ExplanationsAnswer } from './attentionViews.ts';

export type * from './attentionViews.ts';

// What the screens watch: each question with the shape of its answer.

export type Query =
  | {
      readonly kind: 'caseload';
      readonly search: string;
      readonly filter: CaseloadFilter;
      readonly groups?: CaseloadGroups;
      readonly sort: CaseloadSort;
      /** Pinned and recent clients: those of them who answer stand before the first page. */
      readonly first?: readonly string[];
      readonly limit: number;
      /** Where the page begins: the `next` of the one before it. */
      readonly after?: ClientCursor;
    }
  /** What the caseload can be narrowed to. */
  | { readonly kind: 'client-groups' }
  | ({
      readonly kind: 'found-notes';
      readonly limit: number;
      /** Where the page begins: the `next` of the one before it. */
      readonly after?: NoteCursor;
    } & NoteQuestion)
  | ({ readonly kind: 'count-notes' } & NoteQuestion)
  /** What the notes, or those of one client, can be narrowed to; answered once. */
  | { readonly kind: 'note-choices'; readonly clientId?: string }
  /** Who may be the one that is being registered. */
  | {
      readonly kind: 'likely-duplicates';
      readonly given: string;
      readonly family: string;
      readonly birthDate: string;
    }
  | { readonly kind: 'chart'; readonly clientId: string }
  /** How things stand with a client, whatever screen of theirs is open. */
  | { readonly kind: 'standing'; readonly clientId: string }
  | { readonly kind: 'note'; readonly noteId: string }
  | { readonly kind: 'consent'; readonly consentId: string }
  | { readonly kind: 'outbox' }
  /** One refused unit or conflict; null when it is settled. */
  | { readonly kind: 'attention'; readonly mutationId: string }
  /** Why changes stand where they stand: only those that are on the screen are asked for. */
  | { readonly kind: 'explanations'; readonly mutationIds: readonly string[] };

export type CaseloadFilter =
  'all' | 'unsigned' | 'not-seen-30-days' | 'waiting' | 'risk' | 'consent-expiring';
/** By kind, the value of the group that the caseload is narrowed to. */
export type CaseloadGroups = Readonly<Partial<Record<ClientGroupKind, string>>>;
/** What is asked of the notes: on the device, of the server, and kept for a cold start. */
export interface NoteQuestion {
  readonly search: string;
  readonly narrowing: NoteNarrowing;
  /** Of this client alone. */
  readonly clientId?: string;
}
/** Every part that is given must hold; empty: all notes. */
export interface NoteNarrowing {
  /** Key of the author: `Practitioner/…`. */
  readonly author?: string;
  readonly status?: NoteSummary['status'];
  /** Code of the note's type. */
  readonly type?: string;
  /** Not older than so many times 24 hours. */
  readonly lastDays?: number;
  /** Instants: from this one on, and before that one. */
  readonly from?: string;
  readonly before?: string;
}
export type CaseloadSort = 'name' | 'last-visit' | 'next-visit' | 'birth-date';

/** What each kind of question is answered with. */
interface Answers {
  readonly caseload: CaseloadAnswer;
  readonly 'client-groups': readonly CountedGroup[];
  readonly 'found-notes': FoundNotesAnswer;
  readonly 'count-notes': NoteCount;
  readonly 'note-choices': NoteChoices;
  readonly 'likely-duplicates': DuplicatesAnswer;
  readonly chart: ChartAnswer | null;
  readonly standing: StandingAnswer;
  readonly note: NoteAnswer | null;
  readonly consent: ConsentAnswer | null;
  readonly outbox: OutboxAnswer;
  readonly attention: AttentionAnswer | null;
  readonly explanations: ExplanationsAnswer;
}

export type Answer<Q extends Query> = Answers[Q['kind']];

export interface CaseloadAnswer {
  readonly rows: readonly ClientRow[];
  /** Exact up to 1,000, and 1,001 for more. */
  readonly total: number;
  /** Where the next page begins; null after the last. */
  readonly next: ClientCursor | null;
}

export interface DuplicatesAnswer {
  readonly rows: readonly {
    readonly clientId: string;
    readonly name: string;
    readonly birthDate: string | null;
    readonly city: string | null;
  }[];
}

export interface FoundNotesAnswer {
  /** Newest first. */
  readonly rows: readonly FoundNoteRow[];
  /** Where the next page begins; null after the last. */
  readonly next: NoteCursor | null;
}

export interface FoundNoteRow extends NoteSummary {
  readonly clientId: string;
  readonly clientName: string;
  /** Where the words stand. */
  readonly snippet: readonly SnippetPart[];
}

export interface ClientRow extends ClientListRow {
  /** Something of theirs was refused, or is in conflict. */
  readonly needsYou: boolean;
  /** The client is here by emergency access, until this instant. */
  readonly emergencyUntil: string | null;
}

/** Where an item stands on its way to the server. */
export type Delivery =
  /** Came from the server, nothing of ours. */
  | { readonly state: 'server' }
  | { readonly state: 'waiting' }
  | { readonly state: 'sending' }
  | { readonly state: 'received'; readonly versionId: string; readonly serverTime: string }
  | { readonly state: 'parked'; readonly reason: string }
  | { readonly state: 'held' };

export interface ChartAnswer {
  readonly clientId: string;
  readonly name: string;
  readonly birthDate: string | null;
  readonly gender: string | null;
  readonly phone: string | null;
  readonly address: string | null;
  readonly delivery: Delivery;
  readonly conditions: readonly {
    readonly id: string;
    readonly text: string;
    readonly code: string | null;
  }[];
  readonly visits: readonly {
    readonly visitId: string;
    readonly place: VisitPlace;
    readonly status: 'in-progress' | 'finished' | 'other';
    readonly start: string | null;
    readonly end: string | null;
    readonly location: string | null;
    readonly delivery: Delivery;
  }[];
  readonly notes: readonly NoteSummary[];
  readonly consents: readonly {
    readonly consentId: string;
    readonly status: string;
    readonly title: string;
    readonly signedAt: string | null;
    readonly delivery: Delivery;
  }[];
  /** What of this client's needs a person. */
  readonly attention: readonly AttentionRow[];
  /** What the organisation's policy keeps on the server only. */
  readonly older: AgedOut;
  /** The client is here by emergency access, until this instant. */
  readonly emergencyUntil: string | null;
}

export interface StandingAnswer {
  /** What to beware of, in the words of who wrote it; those that are over are left out. */
  readonly risks: readonly { readonly id: string; readonly text: string }[];
  /** Names of the programs that care for the client now. */
  readonly programs: readonly string[];
  /** Start of the earliest booked appointment that has not begun, as FHIR writes it. */
  readonly nextVisit: string | null;
}

export interface NoteSummary {
  readonly noteId: string;
  readonly visitId: string | null;
  readonly title: string;
  readonly date: string;
  readonly authorName: string;
  readonly mine: boolean;
  readonly status: 'preliminary' | 'final' | 'amended' | 'entered-in-error';
  readonly preview: string;
  readonly delivery: Delivery;
}

export interface NoteAnswer extends NoteSummary {
  /** Counts this device's commits on the note; names the text that is shown. */
  readonly revision: number;
  readonly clientId: string;
  readonly clientName: string;
  readonly sections: readonly { readonly code: string; readonly labelKey: string; readonly text: string }[];
  readonly signedAt: string | null;
  readonly signedBy: string | null;
  /** Where the note needs a person: its place among what was refused. */
  readonly attentionId: string | null;
  /** Both sides changed it, and nobody has decided. */
  readonly inConflict: boolean;
}

export interface ConsentAnswer {
  readonly consentId: string;
  readonly clientId: string;
  readonly clientName: string;
  readonly status: string;
  readonly title: string;
  readonly signedAt: string | null;
  readonly delivery: Delivery;
  /** The signed form as PDF, base64. */
  readonly pdf: string | null;
  readonly attentionId: string | null;
}

export interface OutboxAnswer {
  readonly waiting: readonly OutboxRow[];
  /** Refused units and open conflicts, oldest first: each needs a person. */
  readonly needsYou: readonly AttentionRow[];
  /** What waits for one of those. */
  readonly held: readonly OutboxRow[];
  /** Newest first, the last 50. */
  readonly sent: readonly OutboxRow[];
  /** Work for clients who left the caseload: where it went. Newest first, the last 50. */
  readonly handedOver: readonly Handover[];
  readonly counts: { readonly waiting: number; readonly needsYou: number; readonly held: number };
}

export type { ClientCursor, ClientGroupKind, CountedGroup, Handover, NoteChoices, NoteCount, NoteCursor };

export interface OutboxRow {
  readonly mutationId: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly kind: 'create' | 'update' | 'delete';
  /** Name of the client it belongs to, where there is one. */
  readonly clientName: string | null;
  readonly clientId: string | null;
  readonly delivery: Delivery;
}
