import { type Bytes, CodedError, base64Encode, toInstant, utf8Encode } from '@fieldchart/foundation';
import canonicalize from 'canonicalize';
import { DEVICE_ID, PROVENANCE_PARTICIPANT, SIGNATURE_TYPE } from '../codes.ts';
import type { CodeableConcept, Coding } from '../fhir/dataTypes.ts';
import type { Provenance } from '../fhir/documents.ts';
import { PROVENANCE_PATIENT_EXTENSION, clientOf, resourceKey } from '../fhir/references.ts';
import type { FhirResource } from '../fhir/resources.ts';

/** Why somebody signs: ISO/ASTM E1762 codes. */
export const SIGNATURE_TYPES = {
  author: { system: SIGNATURE_TYPE, code: '1.2.840.10065.1.12.1.1', display: "Author's Signature" },
  consentWitness: {
    system: SIGNATURE_TYPE,
    code: '1.2.840.10065.1.12.1.11',
    display: 'Consent Witness Signature',
  },
} as const satisfies Readonly<Record<string, Coding>>;

export type SignaturePurpose = keyof typeof SIGNATURE_TYPES;

const AGENT_CODES: Readonly<Record<SignaturePurpose, string>> = {
  author: 'author',
  consentWitness: 'verifier',
};

/**
 * The bytes that a signature covers: RFC 8785 canonical JSON of the array of resources, each without `meta` and its
 * own `text`, which servers rewrite. The narratives of a note's sections are covered.
 */
export function signedPayload(resources: readonly FhirResource[]): Bytes {
  const covered = resources.map((resource) => {
    const copy: Record<string, unknown> = { ...resource };
    delete copy['meta'];
    delete copy['text'];
    return copy;
  });
  const json = canonicalize(covered);
  if (json === undefined) throw new CodedError('not-json', 'The resources have no canonical form');
  return utf8Encode(json);
}

export interface NewSignature {
  readonly id: string;
  readonly targets: readonly FhirResource[];
  /** Practitioner id of the signer. */
  readonly signerId: string;
  readonly organizationId: string;
  readonly deviceId: string;
  /** Milliseconds since the epoch. */
  readonly when: number;
  /** Compact JWS with detached payload over {@link signedPayload} of the targets. */
  readonly jws: string;
  readonly type: SignaturePurpose;
}

/** The Provenance that carries a signature. It is filed under the client of what is signed. */
export function signatureProvenance(input: NewSignature): Provenance {
  const who = { reference: `Practitioner/${input.signerId}` };
  const onBehalfOf = { reference: `Organization/${input.organizationId}` };
  const when = toInstant(input.when);
  const clientId = input.targets.map(clientOf).find((id) => id !== undefined);
  return {
    resourceType: 'Provenance',
    id: input.id,
    ...(clientId === undefined
      ? {}
      : {
          extension: [
            { url: PROVENANCE_PATIENT_EXTENSION, valueReference: { reference: `Patient/${clientId}` } },
          ],
        }),
    target: input.targets.map((target) => ({ reference: resourceKey(target) })),
    occurredDateTime: when,
    recorded: when,
    agent: [
      { type: participant(AGENT_CODES[input.type]), who, onBehalfOf },
      { type: participant('assembler'), who: { identifier: { system: DEVICE_ID, value: input.deviceId } } },
    ],
    signature: [
      {
        type: [SIGNATURE_TYPES[input.type]],
        when,
        who,
        onBehalfOf,
        targetFormat: 'application/fhir+json',
        sigFormat: 'application/jose',
        data: base64Encode(utf8Encode(input.jws)),
      },
    ],
  };
}

function participant(code: string): CodeableConcept {
  return { coding: [{ system: PROVENANCE_PARTICIPANT, code }] };
}
