import type { FhirResource } from '@fieldchart/clinical';
import type { HttpAnswer } from '@fieldchart/fhir-sync';

/** A server as the simulator sees it: the double, or the real one on PGlite. Both keep the server contract. */
export interface SimulatedServer {
  readonly kind: 'double' | 'real';
  /** Makes a device of a practitioner known. Nothing is sent for it: how devices register is proven elsewhere. */
  addDevice(practitionerId: string): Promise<SimulatedIdentity>;
  handle(request: ArrivedRequest): Promise<HttpAnswer>;
  /** Every version written after a sequence, in order. */
  historyAfter(sequence: number): Promise<readonly WrittenVersion[]>;
  /** Practitioners in the care teams of each client. */
  caseloads(): Promise<ReadonlyMap<string, ReadonlySet<string>>>;
  /** Work of former members that waits in the review inbox for a supervisor. */
  underReview(): Promise<readonly unknown[]>;
  /** Texts that only rescue opens. */
  sealedWork(): Promise<readonly string[]>;
  /** The policy: for how many days closed records stay on devices. A restore keeps it. */
  setRetention(days: number | null): Promise<void>;
  /** Keeps what there is now, for a restore. */
  backUp(): Promise<void>;
  /** Puts the last backup in the place of what there is, as an operator who says so: with a new epoch. */
  restore(): Promise<void>;
}

export interface SimulatedIdentity {
  readonly deviceId: string;
  readonly practitionerId: string;
  /** Compact JWS with detached payload, as the vault makes it. */
  sign(payload: Uint8Array): Promise<string>;
}

/** A request that has reached the server. Who sent it is known: how devices prove it is proven elsewhere. */
export interface ArrivedRequest {
  readonly deviceId: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface WrittenVersion {
  readonly sequence: number;
  readonly key: string;
  readonly version: number;
  readonly clientId: string | null;
  readonly resource: FhirResource;
  readonly mutationId: string | null;
  readonly practitionerId: string | null;
}

export const ORGANIZATION = 'org';

export type Role = 'clinician' | 'supervisor';

/** Who works for the organisation. */
export const PEOPLE: readonly (readonly [id: string, name: string, role: Role])[] = [
  ['ana', 'Ana Ruiz', 'clinician'],
  ['ben', 'Ben Ode', 'clinician'],
  ['cat', 'Cat Lund', 'clinician'],
  ['sue', 'Sue Park', 'supervisor'],
];

/** Those whom the real test server knows too, and who do nothing here. */
const BYSTANDERS = [
  ['cleo', 'Cleo Bay'],
  ['ada', 'Ada Admin'],
] as const;

/** The organisation's own resources, as its operator loads them. */
export function organizationResources(): readonly FhirResource[] {
  return [
    { resourceType: 'Organization', id: ORGANIZATION, name: 'Prairie Care' },
    ...[...PEOPLE, ...BYSTANDERS].map(([id, name]): FhirResource => ({
      resourceType: 'Practitioner',
      id,
      name: [{ text: name }],
    })),
  ];
}
