import type { FhirResource, ResourceKey } from './resources.ts';

const RELATIVE = /^([A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/u;

/** Where R5 put the patient of a Provenance, as R4 writes it (hl7.org/fhir/versions.html#extensions). */
export const PROVENANCE_PATIENT_EXTENSION =
  'http://hl7.org/fhir/5.0/StructureDefinition/extension-Provenance.patient';

/** `Type/id` of a resource. */
export function resourceKey(resource: { readonly resourceType: string; readonly id: string }): ResourceKey {
  return `${resource.resourceType}/${resource.id}`;
}

/** The `Type/id` in a relative reference, of a version or not; undefined for absolute and urn references. */
export function keyOfReference(reference: string | undefined): ResourceKey | undefined {
  return reference === undefined ? undefined : RELATIVE.exec(reference)?.[1];
}

/**
 * What a resource refers to by relative references and by relative URLs of attachments, at any depth and in contained
 * resources, each once, in order of appearance.
 */
export function referencesOf(resource: FhirResource): ResourceKey[] {
  const keys = new Set<ResourceKey>();
  collect(resource, keys);
  return [...keys];
}

function collect(value: unknown, keys: Set<ResourceKey>): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, keys);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      if ((name === 'reference' || name === 'url') && typeof item === 'string') {
        const key = keyOfReference(item);
        if (key !== undefined) keys.add(key);
      } else {
        collect(item, keys);
      }
    }
  }
}

/** The id of the client to whose chart a resource belongs; undefined for what belongs to the organisation. */
export function clientOf(resource: FhirResource): string | undefined {
  switch (resource.resourceType) {
    case 'Patient':
      return resource.id;
    case 'Encounter':
    case 'Composition':
    case 'CareTeam':
    case 'Condition':
    case 'Flag':
      return patientId(resource.subject?.reference);
    case 'Consent':
    case 'EpisodeOfCare':
      return patientId(resource.patient?.reference);
    case 'Appointment':
      return firstPatient(resource.participant.map((participant) => participant.actor?.reference));
    case 'Provenance':
      return firstPatient([
        resource.extension?.find((entry) => entry.url === PROVENANCE_PATIENT_EXTENSION)?.valueReference
          ?.reference,
        ...resource.target.map((target) => target.reference),
      ]);
    case 'AuditEvent':
      return firstPatient(resource.entity?.map((entity) => entity.what?.reference) ?? []);
    case 'Practitioner':
    case 'Organization':
      return undefined;
  }
}

function patientId(reference: string | undefined): string | undefined {
  const key = keyOfReference(reference);
  return key?.startsWith('Patient/') === true ? key.slice('Patient/'.length) : undefined;
}

function firstPatient(references: readonly (string | undefined)[]): string | undefined {
  for (const reference of references) {
    const id = patientId(reference);
    if (id !== undefined) return id;
  }
  return undefined;
}
