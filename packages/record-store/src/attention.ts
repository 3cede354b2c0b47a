import type { FhirResource, ResourceKey } from '@fieldchart/clinical';
import type { EntryState, Explanation, MergeRefusal, MutationKind } from '@fieldchart/smart-queue';
import type { Conflict, ParkReason } from './recordStore.ts';

/**
 * What needs a person: the units that the server refused, and the conflicts that nobody has decided (O5, C1). Those of a
 * client who is leaving the device need nobody: they are handed over (S3).
 */
export interface Attention {
  /** Refused units, oldest first; a group stands once, by the record that a person reads. */
  listAttention(limit: number): Promise<readonly AttentionItem[]>;
  /** One of them with all that is needed to settle it; undefined when there is nothing to settle. */
  attention(mutationId: string): Promise<AttentionDetail | undefined>;
  /** Why an entry stands where it stands; undefined when it is settled. */
  explainEntry(mutationId: string): Promise<EntryExplanation | undefined>;

  /**
   * Sends a refused unit again as it is, under new ids. Over a conflict it goes over the other's text, which is kept.
   * Rejects `STORE_NOT_PARKED`, and changes nothing, when the unit is not parked.
   */
  resend(mutationId: string): Promise<void>;
  /**
   * Puts another text in the place of a refused one and sends it under a new id. The difference is carried over into
   * later edits of the record; a signature among them is taken back, since what it signed has changed. Rejects
   * `STORE_NOT_PARKED`, `STORE_SIGNED`, `STORE_WRONG_BASE`.
   */
  mend(mutationId: string, text: SettledText): Promise<Mended>;
  /**
   * Decides a conflict: what the record shall say, in place of both texts, which are kept. Rejects
   * `STORE_NOT_PARKED`, `STORE_SIGNED`, `STORE_WRONG_BASE`.
   */
  decideConflict(mutationId: string, text: SettledText): Promise<Mended>;
  /**
   * Takes back a signature that never reached the server: the note is a draft again, to be changed and signed anew.
   * The signed text and its signature are kept. Rejects `STORE_NOT_PARKED`, and `STORE_NOT_A_NOTE` for what has no
   * draft.
   */
  returnToDraft(mutationId: string): Promise<Mended>;
  /**
   * Leaves what was signed at the server as it is. What was written here meanwhile is kept on the device, never sent,
   * and can be exported before. Rejects `STORE_NOT_PARKED`, and `STORE_CONFLICT_OPEN` where the server's is not signed.
   */
  keepTheirs(mutationId: string): Promise<void>;
  /** A refused unit as it would have been sent, with the reason and both texts of a conflict. Changes nothing. */
  exportUnit(mutationId: string): Promise<ExportedUnit | undefined>;
}

export interface SettledText {
  readonly resource: FhirResource;
  /** The record's revision that the person saw: if it moved meanwhile, nothing changes. */
  readonly basedOn: number;
}

export interface Mended {
  readonly key: ResourceKey;
  readonly revision: number;
  /** A signature was taken back: the note waits to be signed anew. */
  readonly signatureWithdrawn: boolean;
}

export type AttentionChoice = 'mend' | 'resend' | 'decide' | 'return-to-draft' | 'keep-theirs';

export interface AttentionItem {
  readonly mutationId: string;
  readonly key: ResourceKey;
  readonly kind: MutationKind;
  readonly clientId: string | null;
  readonly clientName: string | null;
  readonly reason: ParkReason;
  /** Both sides changed the record, and nobody has decided. */
  readonly inConflict: boolean;
  /** How many other changes wait because of this one. */
  readonly holds: number;
}

export interface AttentionDetail extends AttentionItem {
  /** What was refused. */
  readonly body: FhirResource;
  /** What the record says now, and its revision: name it as `basedOn`. */
  readonly standing: FhirResource;
  readonly revision: number;
  /** The open conflict, if there is one: the latest. */
  readonly conflict: Conflict | null;
  /** What may be done, besides exporting it. */
  readonly choices: readonly AttentionChoice[];
}

export interface EntryExplanation {
  readonly why:
    | Explanation['why']
    /** Somebody may still be typing. */
    | 'draft'
    /** Its client is leaving the device: it is handed over for review, and never sent. */
    | 'leaving';
  /** Records whose changes it waits for, or that hold it; oldest first, each once. */
  readonly because: readonly ResourceKey[];
  /** Edits merged into it. */
  readonly edits: number;
  readonly apart: MergeRefusal;
}

export interface ExportedUnit {
  readonly reason: ParkReason;
  readonly entries: readonly {
    readonly mutationId: string;
    readonly key: ResourceKey;
    readonly kind: MutationKind;
    readonly state: EntryState;
    readonly author: string;
    readonly resource: FhirResource;
  }[];
  readonly conflicts: readonly Conflict[];
}
