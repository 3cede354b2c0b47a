import type { CodedError } from '@fieldchart/foundation';
import type { ClinicSession } from './sessionApi.ts';

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
