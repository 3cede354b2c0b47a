import { type Result, fail, ok } from '@fieldchart/foundation';
import type { z } from 'zod';
import { type AuditEvent, auditEvent } from './audit.ts';
import { type Condition, type Encounter, condition, encounter } from './care.ts';
import {
  type Composition,
  type Consent,
  type Provenance,
  composition,
  consent,
  provenance,
} from './documents.ts';
import {
  type CareTeam,
  type Organization,
  type Patient,
  type Practitioner,
  careTeam,
  organization,
  patient,
  practitioner,
} from './people.ts';
import {
  type Appointment,
  type EpisodeOfCare,
  type Flag,
  appointment,
  episodeOfCare,
  flag,
} from './standing.ts';

/** Every resource that is stored, on the device or the server. */
export type FhirResource =
  | Patient
  | Practitioner
  | Organization
  | Encounter
  | Composition
  | Consent
  | Provenance
  | CareTeam
  | Condition
  | Flag
  | EpisodeOfCare
  | Appointment
  | AuditEvent;

export type ResourceType = FhirResource['resourceType'];

/** `Type/id`. */
export type ResourceKey = string;

const schemas: { readonly [Type in ResourceType]: z.ZodType<Extract<FhirResource, { resourceType: Type }>> } =
  {
    Patient: patient,
    Practitioner: practitioner,
    Organization: organization,
    Encounter: encounter,
    Composition: composition,
    Consent: consent,
    Provenance: provenance,
    CareTeam: careTeam,
    Condition: condition,
    Flag: flag,
    EpisodeOfCare: episodeOfCare,
    Appointment: appointment,
    AuditEvent: auditEvent,
  };

export const RESOURCE_TYPES = Object.keys(schemas) as readonly ResourceType[];

export function isResourceType(text: unknown): text is ResourceType {
  return typeof text === 'string' && Object.hasOwn(schemas, text);
}

export interface InvalidResource {
  readonly kind: 'invalid';
  readonly issues: readonly { readonly path: string; readonly message: string }[];
}

/**
 * Checks parsed JSON against the strict schema of its type. Messages name elements and rules, never values, so that
 * they may be logged. The resource itself is returned as it came.
 */
export function validateResource(json: unknown): Result<FhirResource, InvalidResource> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return fail({ kind: 'invalid', issues: [{ path: '', message: 'not a resource' }] });
  }
  const type: unknown = 'resourceType' in json ? json.resourceType : undefined;
  if (!isResourceType(type)) {
    return fail({
      kind: 'invalid',
      issues: [{ path: 'resourceType', message: 'not a type that is stored' }],
    });
  }
  const parsed = schemas[type].safeParse(json);
  if (parsed.success) return ok(json as FhirResource);
  return fail({ kind: 'invalid', issues: parsed.error.issues.map((issue) => describeIssue(type, issue)) });
}

/** The path is a FHIRPath expression: `Patient.name[0].family`. */
export function describeIssue(root: string, issue: z.core.$ZodIssue): { path: string; message: string } {
  const path = issue.path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : `${text}.${String(step)}`),
    root,
  );
  return { path, message: issue.message };
}
