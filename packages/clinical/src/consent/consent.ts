import { base64Encode, toInstant } from '@fieldchart/foundation';
import { CONSENT_FORM, CONSENT_SCOPE, LOINC } from '../codes.ts';
import type { Consent } from '../fhir/documents.ts';
import type { ConsentForm } from './forms.ts';

/** In which right the signer signs. */
export type SignerAuthority = 'self' | 'guardian' | 'representative';

export const CONSENT_AUTHORITY_EXTENSION =
  'https://fieldchart.org/fhir/StructureDefinition/consent-signer-authority';
export const CONSENT_FORM_HASH_EXTENSION =
  'https://fieldchart.org/fhir/StructureDefinition/consent-form-hash';

export interface NewConsent {
  readonly id: string;
  readonly clientId: string;
  readonly organizationId: string;
  readonly form: ConsentForm;
  readonly signer: { readonly name: string; readonly authority: SignerAuthority };
  /** The signed form, from `consentPdf`. */
  readonly pdf: Uint8Array;
  /** Milliseconds since the epoch, by the device's clock. */
  readonly signedAt: number;
}

/** A signed consent, active from now on. It goes out in one group with the Provenance of its witness. */
export function createConsent(input: NewConsent): Consent {
  const { form, signer } = input;
  const signedAt = toInstant(input.signedAt);
  const client = { reference: `Patient/${input.clientId}` };
  // A guardian or representative is no Patient of the record: named, with the right in which they sign.
  const performer =
    signer.authority === 'self' ? { ...client, display: signer.name } : { display: signer.name };
  return {
    resourceType: 'Consent',
    id: input.id,
    language: form.language,
    extension: [
      { url: CONSENT_AUTHORITY_EXTENSION, valueCode: signer.authority },
      { url: CONSENT_FORM_HASH_EXTENSION, valueString: form.hash },
    ],
    status: 'active',
    scope: { coding: [{ system: CONSENT_SCOPE, code: 'treatment', display: 'Treatment' }] },
    category: [{ coding: [{ system: LOINC, code: '59284-0' }], text: form.title }],
    patient: client,
    dateTime: signedAt,
    performer: [performer],
    organization: [{ reference: `Organization/${input.organizationId}` }],
    sourceAttachment: {
      contentType: 'application/pdf',
      language: form.language,
      data: base64Encode(input.pdf),
      size: input.pdf.length,
      title: form.title,
      creation: signedAt,
    },
    policyRule: {
      coding: [{ system: CONSENT_FORM, version: form.version, code: form.id }],
      text: form.title,
    },
    provision: { type: 'permit', period: { start: signedAt } },
  };
}
