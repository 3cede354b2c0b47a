import type { CodeableConcept, Coding } from './fhir/dataTypes.ts';

// Code systems and codes that the record uses. Our own live under fieldchart.org; everything else is published
// by others and stands here exactly as they publish it.

export const LOINC = 'http://loinc.org';
export const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
export const ICD_10_CM = 'http://hl7.org/fhir/sid/icd-10-cm';
export const CONDITION_CLINICAL = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
export const CONDITION_VERIFICATION = 'http://terminology.hl7.org/CodeSystem/condition-ver-status';
export const CONDITION_CATEGORY = 'http://terminology.hl7.org/CodeSystem/condition-category';
export const FLAG_CATEGORY = 'http://terminology.hl7.org/CodeSystem/flag-category';
export const CONSENT_SCOPE = 'http://terminology.hl7.org/CodeSystem/consentscope';
export const PROVENANCE_PARTICIPANT = 'http://terminology.hl7.org/CodeSystem/provenance-participant-type';
export const SIGNATURE_TYPE = 'urn:iso-astm:E1762-95:2013';
export const LANGUAGE_TAG = 'urn:ietf:bcp:47';

export const NOTE_FORMAT = 'https://fieldchart.org/fhir/CodeSystem/note-format';
export const NOTE_SECTION = 'https://fieldchart.org/fhir/CodeSystem/note-section';
export const CONSENT_FORM = 'https://fieldchart.org/fhir/CodeSystem/consent-form';
/** Identifier system of devices. */
export const DEVICE_ID = 'https://fieldchart.org/fhir/sid/device';

/** LOINC 11506-3. */
export const PROGRESS_NOTE: CodeableConcept = {
  coding: [{ system: LOINC, code: '11506-3', display: 'Progress note' }],
  text: 'Progress note',
};

/** Encounter.class: at home, in the clinic, by video or telephone. */
export type VisitPlace = 'HH' | 'AMB' | 'VR';

export const VISIT_CLASSES: Readonly<Record<VisitPlace, Coding>> = {
  HH: { system: ACT_CODE, code: 'HH', display: 'home health' },
  AMB: { system: ACT_CODE, code: 'AMB', display: 'ambulatory' },
  VR: { system: ACT_CODE, code: 'VR', display: 'virtual' },
};
