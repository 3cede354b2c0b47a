import type { EmergencyRequest, NewPatient, SignerAuthority, Stroke, VisitPlace } from '@fieldchart/clinical';
import type { EmergencyProblem } from '@fieldchart/fhir-sync';
import type { CodedError } from '@fieldchart/foundation';
import type { EditorPosition } from '@fieldchart/record-store';
import type { ActivityStore, MendDraft } from './activityStore.ts';
import type { Answer, Query, Settling } from './queries.ts';

export type * from './queries.ts';

// What the screens see. The shell lives as long as the page; a session as long as one unlock.

/** The app before and around an unlock. */
export interface ClinicShell {
  phase(): ShellPhase;
  subscribe(listener: () => void): () => void;

  /** Opens the ticket and checks it, offline. Nothing is stored yet. */
  openTicket(input: TicketInput): Promise<EnrolmentOutcome>;
  /** Makes keys and the encrypted database, loads the starter caseload, and ends in phase `unlocked`. */
  enrol(input: EnrolInput): Promise<EnrolOutcome>;

  /** `acceptLostJournal`: after `journal-lost`, opens with what is there. */
  unlock(input: {
    readonly userId: string;
    readonly secret: string;
    readonly acceptLostJournal?: boolean;
  }): Promise<UnlockOutcome>;
  /**
   * After `database-damaged`: reads what can be read, seals it for the provider, keeps it here, and sends it if there is
   * a way; asked again, it tries to send again. The damaged file stays as it is.
   */
  salvage(input: { readonly userId: string; readonly secret: string }): Promise<SalvageOutcome>;
  /** Blanks the screen at once (phase `locking`) and resolves when the app is locked, however long the disk takes. */
  lock(reason: LockReason): Promise<void>;
  /** In phase `locking` with something unsaved: locks without it. What is not on the disk by then is lost. */
  abandonUnsaved(): void;

  /** From `elsewhere`: takes the app over from the other tab, which locks. */
  useHere(): Promise<void>;

  /**
   * Asks the provider for rescue, with the secret that is to open this device afterwards. The old secret opens it
   * until the rescue is finished.
   */
  requestRescue(input: RescueAsk): Promise<RescueOutcome<RescueView>>;
  /** The request that waits for its answer; null where there is none. */
  pendingRescue(userId: string): Promise<RescueView | null>;
  sendRescueRequest(userId: string): Promise<RescueOutcome<null>>;
  /** The answer's text, if it has arrived at the server; null if not yet. */
  fetchRescueAnswer(userId: string): Promise<RescueOutcome<string | null>>;
  /** Opens an answer with the new secret and ends in phase `unlocked`. */
  finishRescue(input: RescueFinish): Promise<RescueOutcome<null>>;
  cancelRescue(userId: string): Promise<void>;

  /** How strong a passphrase is; PINs are judged by rules. */
  judgeSecret(secret: string, kind: SecretKind): Promise<SecretVerdict>;
  /** Whether this device offers a bound secret, so that a PIN may be chosen. */
  pinOffered(): Promise<boolean>;
}

export type LockReason =
  | 'hand'
  | 'idle'
  | 'background'
  | 'takeover'
  | 'switch'
  /** The provider withdrew this device from its user. */
  | 'withdrawn'
  /** The provider had what this device held destroyed, after its unsent work had arrived. */
  | 'erased'
  /** The user had themselves removed from this device. */
  | 'left';
export type SecretKind = 'pin' | 'passphrase';

export type ShellPhase =
  | { readonly name: 'starting' }
  /** Another tab or window owns the app. */
  | { readonly name: 'elsewhere' }
  /** Nobody is enrolled on this device. */
  | { readonly name: 'welcome'; readonly reason: LockReason | null }
  | { readonly name: 'locked'; readonly users: readonly DeviceUser[]; readonly reason: LockReason | null }
  | { readonly name: 'unlocked'; readonly session: ClinicSession }
  /** Nothing is shown any more. `unsaved`: the disk does not take the last words; it is tried again by itself. */
  | { readonly name: 'locking'; readonly unsaved: boolean }
  /** The app cannot go on; what is safe and what to do follows from the code. */
  | { readonly name: 'failed'; readonly error: CodedError };

/** Someone enrolled on this device. The label is initials, since it lies on the disk in the clear. */
export interface DeviceUser {
  readonly userId: string;
  readonly label: string;
  readonly secretKind: SecretKind;
  /** `withdrawn`: the provider took the device away; what it holds opens by rescue alone. */
  readonly state: 'ready' | 'withdrawn';
  /** A rescue was asked for and waits for its answer. */
  readonly rescueWaits: boolean;
  /** Damage was found in the record while it was open. */
  readonly damaged: boolean;
}

/** Why a PIN could not be bound. `not-bound`: this device's passkeys are copied elsewhere or bind nothing; no try helps. */
export type DeviceSecretRefusal = 'device-secret-cancelled' | 'device-secret-not-bound';

export interface RescueAsk {
  readonly userId: string;
  readonly secret: string;
  readonly secretKind: SecretKind;
}

export interface RescueFinish {
  readonly userId: string;
  /** The new secret. */
  readonly secret: string;
  /** The answer's text; null goes on with one that was accepted before the app died. */
  readonly answer: string | null;
}

export interface RescueView {
  readonly id: string;
  /** For the administrator: as text, as a QR code, or by the network. */
  readonly text: string;
  /** `XXXX-XXXX`, to be read out to the administrator. */
  readonly code: string;
}

export type RescueOutcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | {
      readonly ok: false;
      readonly error:
        | Extract<UnlockOutcome, { ok: false }>['error']
        | {
            readonly kind:
              | 'weak-secret'
              | DeviceSecretRefusal
              | 'rescue-impossible'
              | 'no-request'
              | 'unreachable'
              | 'refused'
              | 'not-accepted'
              | 'answer-wrong-kind'
              | 'answer-malformed'
              | 'answer-truncated'
              | 'answer-altered'
              | 'answer-too-large'
              | 'answer-not-for-this';
          };
    };

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
  | 'wrong-type'
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
  /** The organisation's policy: wrong secrets in a row after which the key is destroyed; null for never. */
  readonly eraseAfter: number | null;
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
        readonly kind: 'weak-secret' | DeviceSecretRefusal | 'caseload-damaged' | 'storage';
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
              /** The key record is here and the database is not: the platform, or somebody, removed it. */
              | 'database-missing'
              /** The file is whole, and the last changes before a kill may be gone with the journal. */
              | 'journal-lost'
              /** Written by a newer version of the app. */
              | 'database-newer'
              | 'storage';
          };
    };

export type SalvageOutcome =
  | { readonly ok: true; readonly value: SalvageReport }
  | { readonly ok: false; readonly error: Extract<UnlockOutcome, { ok: false }>['error'] };

/** What of a damaged record could be read. */
export interface SalvageReport {
  /** Changes that had not reached the server. */
  readonly waiting: number;
  readonly records: number;
  /** Of both: read from pages that do not prove themselves. */
  readonly unproven: number;
  /** Rows that could not be read. */
  readonly unreadable: number;
  /** All of it, sealed so that only the provider's rescue key opens it; null where nothing could be read. */
  readonly work: string | null;
  /** The provider has it. */
  readonly sent: boolean;
}

export type SecretVerdict =
  | { readonly acceptable: true; readonly guessesLog10: number | null }
  | {
      readonly acceptable: false;
      readonly guessesLog10: number | null;
      readonly reason: 'too-short' | 'digits-only' | 'common' | 'sequential' | 'repeated' | 'too-guessable';
    };

/** One unlock: the records, the use cases, and the Redux store of what the app is doing. */
export interface ClinicSession extends Settling {
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
