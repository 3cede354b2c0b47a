import type { EmergencyRequest, NewPatient, SignerAuthority, Stroke, VisitPlace } from '@fieldchart/clinical';
import type { EmergencyProblem } from '@fieldchart/fhir-sync';
import type { EditorPosition } from '@fieldchart/record-store';
import type { ActivityStore, MendDraft } from './activityStore.ts';
import type { Online } from './onlineViews.ts';
import type { Answer, Query, Settling } from './queries.ts';
import type { SecretKind, TicketInput, TicketProblem, UnlockOutcome } from './shellApi.ts';

/** One unlock: the records, the use cases, and the Redux store of what the app is doing. */
export interface ClinicSession extends Settling, Online {
  readonly me: {
    readonly userId: string;
    readonly practitionerId: string;
    readonly name: string;
    readonly role: string;
    readonly secretKind: SecretKind;
  };
  readonly organization: { readonly id: string; readonly name: string };
  /** Of the key under which this device registers, as the provider's commands and alerts print it. */
  readonly deviceFingerprint: string;
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

  /** Changes PIN or passphrase: one write, as quick with 100,000 notes as with none. */
  changeSecret(input: {
    readonly current: string;
    readonly next: string;
    readonly nextKind: SecretKind;
  }): Promise<ChangeOutcome>;
  /** Whether a PIN may be chosen: only where the device has a bound secret for this user. */
  pinPossible(): boolean;
  /** Takes a new ticket for the same practitioner, where another device has used the first one. Nothing is lost. */
  rehome(input: TicketInput): Promise<RehomeOutcome>;
  /** Removes this user, their key and their records from the device; refused while anything of theirs is unsent. */
  removeFromDevice(input: { readonly secret: string }): Promise<RemovalOutcome>;
  /** Writes down that a document leaves the encrypted record, as to a viewer of PDF. Asked before it leaves. */
  recordExport(input: { readonly consentId: string }): Promise<void>;

  /**
   * Asks the server for a client of somebody else's caseload, named exactly, for a time: written down here and there,
   * and looked at by a supervisor. Asked again it is the same access.
   */
  askEmergencyAccess(request: EmergencyRequest): Promise<EmergencyOutcome>;

  /**
   * Asks the server for what of a client's record the policy aged out; it then stays for some days. `waits`: it comes by
   * itself at the next contact. `refused`: the server does not have the client, or does not give them.
   */
  fetchOlder(clientId: string): Promise<'arrived' | 'waits' | 'refused'>;

  /** Keeps what is typed about a refused change until it is settled, through kills and locks. */
  mendKeeper(mutationId: string): MendKeeper;

  /** Whether the record is known to be damaged: what is readable goes on, and the user is told to save it. */
  recordDamaged(): boolean;
  subscribeDamage(listener: () => void): () => void;

  syncNow(): Promise<void>;
  syncStatus(): SyncSummary;
  subscribeSync(listener: () => void): () => void;
}

type SecretProblem = Extract<UnlockOutcome, { ok: false }>['error'];

export type ChangeOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly error: SecretProblem | { readonly kind: 'weak-secret' } };

export type RehomeOutcome =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly error: { readonly kind: TicketProblem | 'other-practitioner' | 'other-server' };
    };

export type RemovalOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly error: SecretProblem | { readonly kind: 'unsent-work' } };

export type EmergencyOutcome =
  | {
      readonly ok: true;
      readonly value: {
        readonly clientId: string;
        /** The instant at which the access ends; null where the client is in the caseload anyway. */
        readonly until: string | null;
        /** The client's record is on this device; else it comes with the next contact. */
        readonly arrived: boolean;
      };
    }
  /** `reason`: it is too short or too long, and nothing was asked. */
  | { readonly ok: false; readonly error: EmergencyProblem | { readonly kind: 'reason' } };

/** Where this device stands with the server; a code of the server's where it refused. */
export type RegistrationState =
  | 'waiting'
  | 'registered'
  | 'invalid_request'
  | 'ticket_invalid'
  | 'ticket_expired'
  | 'ticket_used'
  | 'ticket_revoked'
  | 'ticket_not_for_device'
  | 'proof_invalid';

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
  /** Kept on the screen and in memory; tried again by itself. `SAVE_SLOW`: the disk has not answered yet. */
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

export interface MendKeeper {
  /** What was kept; null before the first keystroke. */
  draft(): MendDraft | null;
  /** Every keystroke and choice. Never rejects. */
  keep(draft: MendDraft): void;
  /** It is settled: the draft is not needed any more. */
  forget(): void;
  saveState(): SaveState;
  subscribe(listener: () => void): () => void;
  close(): void;
}

export interface SyncSummary {
  readonly phase: 'offline' | 'idle' | 'pushing' | 'pulling' | 'backoff';
  readonly online: boolean;
  readonly lastSuccessAt: number | null;
  /** Stable code of the last problem; the screens have a sentence for each. */
  readonly lastProblem: string | null;
  readonly waiting: number;
  readonly failed: number;
  readonly registration: RegistrationState;
  /** What to add to this device's clock to get the server's; null until it was heard. */
  readonly clockOffsetMs: number | null;
}
