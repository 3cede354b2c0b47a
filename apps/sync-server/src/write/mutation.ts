import type {
  FhirResource,
  OperationOutcome,
  PractitionerRole,
  ResourceKey,
  SyncProblem,
} from '@fieldchart/clinical';

/** On whose behalf something is read or written. `system` is the server's own operator: first start and import. */
export interface Actor {
  readonly practitionerId: string | null;
  readonly deviceId: string | null;
  readonly role: PractitionerRole | 'system';
  /** Network address the request came from. */
  readonly address?: string;
  /** Who accepted this late work of the actor's out of the review inbox, and answers for its being written. */
  readonly admittedBy?: Pick<Actor, 'practitionerId' | 'role'>;
}

type IssueCode = OperationOutcome['issue'][number]['code'];

/** Why something was not done: an HTTP status and one issue. Texts never hold patient data. */
export interface Refusal {
  readonly status: number;
  readonly code: IssueCode;
  readonly text: string;
  /** FHIRPath of the element, where there is one. */
  readonly expression?: string;
  /** What a device has to know of it beyond its code. */
  readonly problem?: SyncProblem;
}

export function refusal(status: number, code: IssueCode, text: string, expression?: string): Refusal {
  return { status, code, text, ...(expression === undefined ? {} : { expression }) };
}

/** One PUT, parsed. */
export interface Mutation {
  readonly resource: FhirResource;
  readonly mutationId?: string;
  /** Version that the writer saw, from If-Match. */
  readonly ifMatch?: number;
  /** If-None-Match: * — only if it does not exist. */
  readonly onlyCreate: boolean;
}

/** A mutation, or what was wrong with the request already before the database was asked. */
export type Entry =
  | { readonly ok: true; readonly mutation: Mutation }
  | { readonly ok: false; readonly refusal: Refusal; readonly mutationId?: string };

/** What is written together: one entry of a batch, or a whole transaction. */
export interface Unit {
  readonly entries: readonly Entry[];
  /** Who validly signed which resource, by key, as found by verifying the unit's own Provenances. */
  readonly signers: ReadonlyMap<ResourceKey, ReadonlySet<string>>;
}

export interface Written {
  readonly key: ResourceKey;
  readonly version: number;
  readonly writtenAt: number;
  /** It made the resource. */
  readonly created: boolean;
}

/** The outcome of a unit: of each entry in order, or the first refusal, which undid the whole unit. */
export type UnitOutcome =
  | { readonly ok: true; readonly written: readonly Written[] }
  | { readonly ok: false; readonly at: number; readonly refusal: Refusal };
