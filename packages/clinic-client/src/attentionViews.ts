import type { EntryExplanation } from '@fieldchart/record-store';
import type { OutboxRow } from './queries.ts';

// What the screens see of what the server refused and of conflicts, and what a person may do about them.

/** A thing that a person reads in a record, and in some records may change. */
export interface RecordField {
  /** Names it within its record: a note's section code, `given`, `location`, … */
  readonly code: string;
  /** Key of its label. */
  readonly labelKey: string;
  /** `section`: text of many lines; `choice`: one of a few codes; `moment`: instant; `whole`: the record as JSON. */
  readonly kind: 'section' | 'line' | 'choice' | 'moment' | 'whole';
  readonly text: string;
}

/** One field of a conflict, as every side has it. */
export interface ConflictField extends RecordField {
  readonly mine: string;
  readonly theirs: string;
  /** What the record on this device says by now, where that is neither of the two. */
  readonly now: string | null;
  /** A person has to choose; else `text` is what both sides come to. */
  readonly open: boolean;
}

export type AttentionChoice = 'mend' | 'resend' | 'decide' | 'return-to-draft' | 'keep-theirs';

/** A refused unit or an undecided conflict in a list. */
export interface AttentionRow extends OutboxRow {
  readonly inConflict: boolean;
  /** How many other changes wait because of it. */
  readonly holds: number;
}

export interface AttentionAnswer extends AttentionRow {
  /** A code that the screens have words for, and the server's own words; empty where it said none. */
  readonly reason: { readonly code: string; readonly text: string };
  readonly choices: readonly AttentionChoice[];
  /** Names what is shown: hand it back with a decision, and nothing is decided on a text that has moved since. */
  readonly seen: string;
  /** A signature travels with it. */
  readonly signed: boolean;
  /** Who made the change, where it was not the user. */
  readonly changedBy: string | null;
  /** What was refused, for a person to read. */
  readonly fields: readonly RecordField[];
  readonly conflict: {
    readonly fields: readonly ConflictField[];
    /** It is deleted at the server. */
    readonly gone: boolean;
    /** What stands at the server is signed: no other text goes over it. */
    readonly theirsSigned: boolean;
    /** Instant of the server's version. */
    readonly theirsAt: string | null;
  } | null;
}

/** A record in a person's words. */
export interface NamedRecord {
  readonly resourceType: string;
  readonly resourceId: string;
  readonly clientName: string | null;
  /** Date or instant that tells it from others of its kind. */
  readonly date: string | null;
  /** The server has never had it. */
  readonly isNew: boolean;
  /** Where it needs a person itself: its own place among the refused. */
  readonly attentionId: string | null;
}

/** Why a change stands where it stands. */
export interface ChangeExplanation {
  readonly why: EntryExplanation['why'];
  /** What it waits for or is held by, oldest first; not more than {@link ChangeExplanation.more} are left out. */
  readonly because: readonly NamedRecord[];
  readonly more: number;
  /** Edits that were merged into it. */
  readonly edits: number;
}

/** By mutation id; what was settled meanwhile is not in it. */
export type ExplanationsAnswer = Readonly<Record<string, ChangeExplanation>>;

export interface Settled {
  readonly resourceType: string;
  readonly resourceId: string;
  readonly clientId: string | null;
  /** A signature was taken back: the note waits to be signed anew. */
  readonly signatureWithdrawn: boolean;
}

export type SettleOutcome =
  | { readonly ok: true; readonly value: Settled }
  | { readonly ok: false; readonly error: { readonly kind: SettleProblem } };

export type SettleProblem =
  /** It was settled meanwhile, or is being sent. */
  | 'settled'
  /** What was shown has changed since. */
  | 'moved'
  /** A signed text is never changed. */
  | 'signed'
  /** Two texts stand against each other: one is chosen first. */
  | 'conflict'
  /** A field of the conflict has no decision yet. */
  | 'undecided'
  /** The record would not be valid with these texts. */
  | 'invalid'
  /** Only a note has a draft to return to. */
  | 'no-draft';

/** Texts by field code; a field that is not named stays as it is. */
export type FieldTexts = Readonly<Record<string, string>>;

export interface Settling {
  /** Sends a refused unit again, unchanged. Over a conflict it goes over the other's text, which is kept. */
  resendRefused(mutationId: string): Promise<SettleOutcome>;
  /** Sends another text in the place of a refused one. */
  mendRefused(input: {
    readonly mutationId: string;
    readonly seen: string;
    readonly texts: FieldTexts;
  }): Promise<SettleOutcome>;
  /** Decides a conflict: a text for every open field. */
  decideConflict(input: {
    readonly mutationId: string;
    readonly seen: string;
    readonly texts: FieldTexts;
  }): Promise<SettleOutcome>;
  /** Takes back a signature that never reached the server. */
  returnToDraft(mutationId: string): Promise<SettleOutcome>;
  /** Leaves what was signed at the server as it is; what was written here is kept on the device and never sent. */
  keepTheirs(mutationId: string): Promise<SettleOutcome>;
  /** Writes down that a refused unit leaves the encrypted record, then hands it out; null when it is settled. */
  exportRefused(mutationId: string): Promise<RefusedExport | null>;
}

/** A refused unit, to be handed to somebody who can help. */
export interface RefusedExport {
  /** Milliseconds since the epoch. */
  readonly exportedAt: number;
  readonly reason: AttentionAnswer['reason'];
  readonly records: readonly {
    readonly resourceType: string;
    readonly kind: OutboxRow['kind'];
    readonly clientName: string | null;
    readonly fields: readonly RecordField[];
  }[];
  /** The other side of each open conflict. */
  readonly conflicts: readonly {
    readonly mine: readonly RecordField[];
    readonly theirs: readonly RecordField[] | null;
  }[];
  /** All of it as JSON, for a machine. */
  readonly json: string;
}
