import type { NewPatient, SignerAuthority, Stroke, VisitPlace } from '@fieldchart/clinical';
import type { CodedError } from '@fieldchart/foundation';
import type { EditorPosition } from '@fieldchart/record-store';
import type { ActivityStore } from './activityStore.ts';

// What the screens see. The shell lives as long as the page; a session as long as one unlock.

/** The app before and around an unlock. */
export interface ClinicShell {
  phase(): ShellPhase;
  subscribe(listener: () => void): () => void;

  /** Opens the ticket and checks it, offline. Nothing is stored yet. */
  openTicket(input: TicketInput): Promise<EnrolmentOutcome>;
  /** Makes keys and the encrypted database, loads the starter caseload, and ends in phase `unlocked`. */
  enrol(input: EnrolInput): Promise<EnrolOutcome>;

  unlock(input: { readonly userId: string; readonly secret: string }): Promise<UnlockOutcome>;
  lock(reason: LockReason): Promise<void>;

  /** From `elsewhere`: takes the app over from the other tab, which locks. */
  useHere(): Promise<void>;

  /** How strong a passphrase is; PINs are judged by rules. */
  judgeSecret(secret: string, kind: SecretKind): Promise<SecretVerdict>;
  /** Whether this device offers a bound secret, so that a PIN may be chosen. */
  pinOffered(): Promise<boolean>;
}

export type LockReason = 'hand' | 'idle' | 'background' | 'takeover';
export type SecretKind = 'pin' | 'passphrase';

export type ShellPhase =
  | { readonly name: 'starting' }
  /** Another tab or window owns the app. */
  | { readonly name: 'elsewhere' }
  /** Nobody is enrolled on this device. */
  | { readonly name: 'welcome' }
  | { readonly name: 'locked'; readonly users: readonly DeviceUser[]; readonly reason: LockReason | null }
  | { readonly name: 'unlocked'; readonly session: ClinicSession }
  /** The app cannot go on; what is safe and what to do follows from the code. */
  | { readonly name: 'failed'; readonly error: CodedError };

/** Someone enrolled on this device. The label is initials, since it lies on the disk in the clear. */
export interface DeviceUser {
  readonly userId: string;
  readonly label: string;
  readonly secretKind: SecretKind;
}

export interface TicketInput {
  /** The ticket's text, or the whole text of a ticket file. */
  readonly text: string;
  readonly activationCode: string;
}

export type EnrolmentOutcome =
  | { readonly ok: true; readonly value: OpenedTicket }
  | { readonly ok: false; readonly error: { readonly kind: TicketProblem } };

export type TicketProblem =
  | 'wrong-code'
  | 'wrong-kind'
  | 'truncated'
  | 'altered'
  | 'code-mistyped'
  | 'forged'
  | 'expired'
  | 'malformed'
  | 'too-large'
  | 'wrong-organization'
  | 'organization-unknown'
  | 'already-enrolled';

export interface OpenedTicket {
  /** Opaque; hand it to `enrol`. */
  readonly handle: object;
  readonly practitionerName: string;
  readonly organizationName: string;
  /** The organisation key's fingerprint, in groups, to compare with what the provider published. */
  readonly fingerprint: string;
  readonly expiresAt: number;
  readonly carriesCaseload: boolean;
}

export interface EnrolInput {
  readonly ticket: OpenedTicket;
  readonly secret: string;
  readonly secretKind: SecretKind;
  readonly onProgress: (progress: EnrolProgress) => void;
}

export type EnrolProgress =
  { readonly step: 'keys' } | { readonly step: 'caseload'; readonly done: number; readonly total: number };

export type EnrolOutcome =
  | { readonly ok: true; readonly value: null }
  | {
      readonly ok: false;
      readonly error: {
        readonly kind: 'weak-secret' | 'device-secret-cancelled' | 'caseload-damaged' | 'storage';
      };
    };

export type UnlockOutcome =
  | { readonly ok: true; readonly value: null }
  | {
      readonly ok: false;
      readonly error:
        | {
            readonly kind: 'wrong-secret';
            readonly delayMs: number;
            /** Tries left before the organisation's policy destroys the key; null without such a policy. */
            readonly attemptsLeft: number | null;
          }
        | { readonly kind: 'delayed'; readonly untilMs: number }
        | {
            readonly kind:
              | 'damaged'
              | 'erased'
              | 'device-secret-missing'
              | 'device-secret-changed'
              | 'cancelled'
              | 'database-damaged'
              | 'storage';
          };
    };

export type SecretVerdict =
  | { readonly acceptable: true; readonly guessesLog10: number | null }
  | {
      readonly acceptable: false;
      readonly guessesLog10: number | null;
      readonly reason: 'too-short' | 'digits-only' | 'common' | 'sequential' | 'repeated' | 'too-guessable';
    };

/** One unlock: the records, the use cases, and the Redux store of what the app is doing. */
export interface ClinicSession {
  readonly me: {
    readonly userId: string;
    readonly practitionerId: string;
    readonly name: string;
    readonly role: string;
    readonly secretKind: SecretKind;
  };
  readonly organization: { readonly id: string; readonly name: string };
  /** Redux: where the user is, list search/filter/sort, settings. Persisted in the encrypted database. */
  readonly activity: ActivityStore;

  /**
   * A live query: calls `onRows` with the first answer and again whenever a commit touches what it read.
   * The returned function ends it.
   */
  watch<Q extends Query>(query: Q, onAnswer: (answer: Answer<Q>) => void): () => void;

  registerClient(input: NewClient): Promise<{ readonly clientId: string }>;
  startVisit(input: {
    readonly clientId: string;
    readonly place: VisitPlace;
    readonly location: string;
  }): Promise<{ readonly visitId: string }>;
  finishVisit(visitId: string): Promise<void>;
  createNote(input: {
    readonly clientId: string;
    readonly visitId: string;
  }): Promise<{ readonly noteId: string }>;
  /** Opens a note to write in. One editor at a time per note. */
  openEditor(noteId: string): Promise<NoteEditor>;
  /**
   * Proves the secret again, fixes the text, and queues note and signature as one. `revision` is that of the text
   * that was shown: if a pull moved the note meanwhile the answer is `moved`, and nothing is signed.
   */
  signNote(input: {
    readonly noteId: string;
    readonly revision: number;
    readonly secret: string;
  }): Promise<SignOutcome>;
  signConsent(input: ConsentSigning): Promise<SignOutcome & { readonly consentId?: string }>;

  syncNow(): Promise<void>;
  syncStatus(): SyncSummary;
  subscribeSync(listener: () => void): () => void;
}

export type SignOutcome =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly error:
        | { readonly kind: 'wrong-secret'; readonly delayMs: number }
        | { readonly kind: 'delayed'; readonly untilMs: number }
        | {
            readonly kind:
              'empty-note' | 'already-signed' | 'moved' | 'conflict' | 'cancelled' | 'unavailable';
          };
    };

export type { EditorPosition, Stroke, VisitPlace };

export type NewClient = Omit<NewPatient, 'id' | 'organizationId' | 'language'> & {
  readonly language: 'en' | 'es';
};

export interface ConsentSigning {
  readonly clientId: string;
  readonly form: 'treatment';
  readonly language: 'en' | 'es';
  readonly signer: { readonly name: string; readonly authority: SignerAuthority };
  /** Drawn strokes, or the typed name of someone who cannot draw. */
  readonly mark: { readonly kind: 'drawn'; readonly strokes: readonly Stroke[] } | { readonly kind: 'typed' };
  /** The clinician's secret: the clinician witnesses the signing with their own key. */
  readonly secret: string;
}

/** Saving, as the screen shows it. `saved` is said only of what is committed to the disk. */
export type SaveState =
  | { readonly name: 'saved' }
  | { readonly name: 'saving' }
  /** Kept on the screen and in memory; tried again by itself. */
  | { readonly name: 'not-saved'; readonly code: string };

export interface NoteEditor {
  readonly noteId: string;
  readonly clientId: string;
  readonly sections: readonly { readonly code: string; readonly labelKey: string; readonly text: string }[];
  /** Where the user was when the note was last left or the app last died. */
  readonly position: EditorPosition | null;
  /** Every keystroke: whole text of the section, and where the cursor is now. Never rejects. */
  change(sectionCode: string, text: string, position: EditorPosition): void;
  /** The cursor moved with no change of text. */
  moveCursor(position: EditorPosition): void;
  saveState(): SaveState;
  subscribe(listener: () => void): () => void;
  /** Called when a pull merged another device's text into this note, with the new texts. */
  onMerged(listener: (texts: Readonly<Record<string, string>>) => void): () => void;
  /** Leaves the note: what is unsaved is written, and the draft becomes ready to send. */
  close(): Promise<void>;
}

// ---- Live queries -------------------------------------------------------------------------------------

export type Query =
  | {
      readonly kind: 'caseload';
      readonly search: string;
      readonly filter: CaseloadFilter;
      readonly sort: CaseloadSort;
      readonly limit: number;
    }
  | { readonly kind: 'chart'; readonly clientId: string }
  | { readonly kind: 'note'; readonly noteId: string }
  | { readonly kind: 'consent'; readonly consentId: string }
  | { readonly kind: 'outbox' };

export type CaseloadFilter = 'all' | 'unsigned' | 'not-seen-30-days' | 'waiting';
export type CaseloadSort = 'name' | 'last-visit' | 'birth-date';

export type Answer<Q extends Query> = Q['kind'] extends 'caseload'
  ? CaseloadAnswer
  : Q['kind'] extends 'chart'
    ? ChartAnswer | null
    : Q['kind'] extends 'note'
      ? NoteAnswer | null
      : Q['kind'] extends 'consent'
        ? ConsentAnswer | null
        : OutboxAnswer;

export interface CaseloadAnswer {
  readonly rows: readonly ClientRow[];
  readonly total: number;
}

export interface ClientRow {
  readonly clientId: string;
  readonly name: string;
  readonly birthDate: string | null;
  readonly city: string | null;
  /** Instant of the latest visit. */
  readonly lastVisit: string | null;
  readonly unsignedNotes: number;
  readonly waiting: boolean;
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
}

export interface OutboxAnswer {
  readonly waiting: readonly OutboxRow[];
  readonly failed: readonly OutboxRow[];
  /** Newest first, the last 50. */
  readonly sent: readonly OutboxRow[];
  readonly counts: { readonly waiting: number; readonly failed: number };
}

export interface OutboxRow {
  readonly mutationId: string;
  readonly sequence: number;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly kind: 'create' | 'update' | 'delete';
  /** Name of the client it belongs to, where there is one. */
  readonly clientName: string | null;
  readonly clientId: string | null;
  readonly delivery: Delivery;
}

export interface SyncSummary {
  readonly phase: 'offline' | 'idle' | 'pushing' | 'pulling' | 'backoff';
  readonly online: boolean;
  readonly lastSuccessAt: number | null;
  /** Stable code of the last problem; the screens have a sentence for each. */
  readonly lastProblem: string | null;
  readonly waiting: number;
  readonly failed: number;
}
