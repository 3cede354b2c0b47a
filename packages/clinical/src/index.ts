export {
  type Address,
  type Annotation,
  type Attachment,
  type CodeableConcept,
  type Coding,
  type ContactPoint,
  type HumanName,
  type Identifier,
  type Meta,
  type Narrative,
  type Period,
  type Quantity,
  type Reference,
  type Signature,
} from './fhir/dataTypes.ts';
export { type Extension } from './fhir/extension.ts';
export { type AuditEvent } from './fhir/audit.ts';
export { type Condition, type Encounter } from './fhir/care.ts';
export {
  type Composition,
  type CompositionSection,
  type Consent,
  type ConsentProvision,
  type Provenance,
} from './fhir/documents.ts';
export {
  type Bundle,
  type BundleEntry,
  type OperationOutcome,
  type Parameter,
  type Parameters,
  bundle as bundleSchema,
  operationOutcome as operationOutcomeSchema,
  parameters as parametersSchema,
} from './fhir/envelopes.ts';
export { type CareTeam, type Organization, type Patient, type Practitioner } from './fhir/people.ts';
export { type Appointment, type EpisodeOfCare, type Flag } from './fhir/standing.ts';
export {
  type FhirResource,
  type InvalidResource,
  type ResourceKey,
  type ResourceType,
  RESOURCE_TYPES,
  describeIssue,
  isResourceType,
  validateResource,
} from './fhir/resources.ts';
export { clientOf, keyOfReference, referencesOf, resourceKey } from './fhir/references.ts';
export { type AgreementJwk, type SigningJwk, agreementJwk, signingJwk } from './wire/keys.ts';
export {
  type CaseloadFile,
  type PractitionerRole,
  type TicketClaims,
  type TicketFile,
  TICKET_FILE_FORMAT,
  TICKET_TYPE,
  carriedTicket,
  caseloadFile,
  practitionerRole,
  ticketClaims,
  ticketFile,
} from './wire/ticket.ts';
export {
  type AuthError,
  type AuthErrorCode,
  type OrganizationDescriptor,
  type ProofClaims,
  type RegistrationAnswer,
  type RegistrationRequest,
  type SealedWorkReceipt,
  type TokenAnswer,
  LONGEST_SEALED_WORK,
  WITHDRAWN_SCOPE,
  authError,
  authErrorCode,
  organizationDescriptor,
  proofClaims,
  registrationAnswer,
  registrationRequest,
  sealedWorkReceipt,
  sealedWorkUpload,
  tokenAnswer,
} from './wire/registration.ts';
export {
  type RescueAnswer,
  type RescueDelivery,
  type RescueRequest,
  LONGEST_RESCUE_TEXT,
  RESCUE_ANSWER_TYPE,
  rescueAnswer,
  rescueDelivery,
  rescueRequest,
  rescueSubmission,
} from './wire/rescue.ts';
export {
  type AuditLink,
  type AuditLinkAction,
  AUDIT_LINK_EXTENSION,
  FIRST_PREVIOUS,
  auditLinkContent,
  auditLinkToEvent,
  eventToAuditLink,
} from './wire/auditLink.ts';
export {
  type AccessChange,
  type AccessEvent,
  MUTATION_ID_EXTENSION,
  accessEventToParameters,
  mutationIdExtension,
  mutationIdOf,
  parametersToAccessEvent,
} from './wire/feed.ts';
export {
  type SyncProblem,
  CHANGES_PATH,
  CURSOR_HEADER,
  LONGEST_WAIT_SECONDS,
  SYNC_PROBLEM_SYSTEM,
  WAIT_PARAMETER,
  syncProblemDetails,
  syncProblemOf,
} from './wire/changes.ts';
export {
  type EmergencyClient,
  type EmergencyGrant,
  type EmergencyRequest,
  EMERGENCY_PATH,
  LONGEST_REASON,
  SHORTEST_REASON,
  emergencyGrantToParameters,
  emergencyRequestToParameters,
  parametersToEmergencyGrant,
  parametersToEmergencyRequest,
} from './wire/emergency.ts';
export {
  NARROWED_CLIENTS,
  type ServerClientSort,
  clientSearchForm,
  noteSearchForm,
  searchPath,
} from './wire/search.ts';
export { type ReviewReceipt, REVIEW_PATH, reviewReceiptOf, reviewReceiptResponse } from './wire/review.ts';
export {
  type RetentionWord,
  LONGEST_RETENTION,
  RETENTION_EXTENSION,
  SHORTEST_RETENTION,
  bundleToRetentionWord,
  retentionWordToBundle,
} from './wire/retention.ts';
export { AGEING_TYPES, closedAt, isAgeingType } from './retention/closedAt.ts';
export { daysInMonth, instantToMilliseconds } from './fhir/calendar.ts';
export {
  ACT_CODE,
  CONDITION_CATEGORY,
  CONDITION_CLINICAL,
  CONDITION_VERIFICATION,
  CONSENT_FORM,
  CONSENT_SCOPE,
  DEVICE_ID,
  FLAG_CATEGORY,
  ICD_10_CM,
  LANGUAGE_TAG,
  LOINC,
  NOTE_FORMAT,
  NOTE_SECTION,
  PROGRESS_NOTE,
  VISIT_CLASSES,
  type VisitPlace,
} from './codes.ts';
export {
  type NewCareTeam,
  type NewEncounter,
  type NewPatient,
  createCareTeam,
  createEncounter,
  createPatient,
  finishEncounter,
} from './chart.ts';
export { displayName, foldText } from './names.ts';
export {
  CLIENT_GROUP_KINDS,
  clientGroups,
  type ClientGroup,
  type ClientGroupKind,
  GROUPING_TYPES,
} from './search/clientGroups.ts';
export {
  type ClientNarrowing,
  type RecordedFilter,
  isNarrowedTo,
  narrowingOf,
} from './search/clientNarrowing.ts';
export { type ClientDocument, clientDocument, nameKeys } from './search/clientDocument.ts';
export { type ClientClause, type ClientMatch, compileClientText, matchClient } from './search/clientQuery.ts';
export {
  ANALYSER_VERSION,
  factTerm,
  noteDocument,
  type NoteDocument,
  noteFacts,
  type NoteFacts,
} from './search/noteDocument.ts';
export { noteNumber } from './search/noteNumber.ts';
export {
  compareNotes,
  compileNoteQuery,
  matchesNote,
  type NoteClause,
  type NoteCondition,
  type NoteQuery,
} from './search/noteQuery.ts';
export { type SnippetPart, snippetOf } from './search/snippet.ts';
export { wordsOf } from './search/words.ts';
export { narrativeToPlain, normalizePlain, plainToNarrative } from './notes/narrative.ts';
export {
  type NewNote,
  type NoteFormat,
  type NoteFormatSection,
  type NoteSectionText,
  NOTE_FORMATS,
  createNote,
  draftOfNote,
  finalizeNote,
  isEmptyNote,
  noteFormat,
  noteSections,
  withNoteSections,
} from './notes/note.ts';
export {
  type NewSignature,
  type SignaturePurpose,
  SIGNATURE_TYPES,
  signatureProvenance,
  signedPayload,
} from './notes/signing.ts';
export {
  type ConsentForm,
  type ConsentFormName,
  type FormLanguage,
  type FormParagraph,
  CONSENT_FORMS,
  formText,
} from './consent/forms.ts';
export {
  type NewConsent,
  type SignerAuthority,
  CONSENT_AUTHORITY_EXTENSION,
  CONSENT_FORM_HASH_EXTENSION,
  createConsent,
} from './consent/consent.ts';
export { type SignedForm, type Stroke, consentPdf } from './consent/consentPdf.ts';
