import type { Composition, Consent, FhirResource } from '@fieldchart/clinical';
import { keyOfReference, signedPayload } from '@fieldchart/clinical';
import { equalBytes } from '@fieldchart/foundation';
import type { AcceptedVersion } from './decideUnit.ts';
import { type Actor, type Refusal, type Unit, refusal } from './mutation.ts';

interface ContentQuestion {
  readonly before: FhirResource | undefined;
  readonly version: AcceptedVersion;
  readonly actor: Actor;
  readonly unit: Unit;
}

/** The rules of the record: who writes as whom, what is signed, and that what is signed never changes (C2, O6). */
export function contentRefusal({ before, version, actor, unit }: ContentQuestion): Refusal | undefined {
  // What an operator imports was signed, if at all, in the system it comes from.
  if (actor.role === 'system') return undefined;
  const { resource } = version;
  const signers = unit.signers.get(version.key) ?? new Set<string>();
  switch (resource.resourceType) {
    case 'Composition':
      return compositionRefusal(before as Composition | undefined, resource, actor, signers);
    case 'Consent':
      return consentRefusal(before as Consent | undefined, resource, actor, signers);
    case 'Provenance':
      if (before !== undefined) return refusal(422, 'business-rule', 'a Provenance never changes');
      return resource.agent.some((agent) => isActor(agent.who.reference, actor))
        ? undefined
        : refusal(422, 'business-rule', 'a Provenance names its writer as an agent', 'Provenance.agent');
    case 'Patient':
    case 'Practitioner':
    case 'Organization':
    case 'Encounter':
    case 'CareTeam':
    case 'Condition':
    case 'Flag':
    case 'EpisodeOfCare':
    case 'Appointment':
    case 'AuditEvent':
      return undefined;
  }
}

function compositionRefusal(
  before: Composition | undefined,
  after: Composition,
  actor: Actor,
  signers: ReadonlySet<string>,
): Refusal | undefined {
  if (before !== undefined && before.status !== 'preliminary') {
    return sameButStatus(before, after) && after.status === 'entered-in-error' && isAuthor(after, actor)
      ? undefined
      : refusal(422, 'business-rule', 'a signed note is never changed: write an addendum', 'Composition');
  }
  if (!isAuthor(after, actor) || (before !== undefined && !isAuthor(before, actor))) {
    return refusal(403, 'forbidden', 'a note is written by its author', 'Composition.author');
  }
  const signed = after.status === 'final' || after.status === 'amended';
  return signed ? signatureRefusal(signers, actor, 'Composition.status') : undefined;
}

function consentRefusal(
  before: Consent | undefined,
  after: Consent,
  actor: Actor,
  signers: ReadonlySet<string>,
): Refusal | undefined {
  const wasGiven = before?.status === 'active' || before?.status === 'inactive';
  if (before !== undefined && wasGiven) {
    const revoked = before.status === 'active' && after.status === 'inactive';
    const mistaken = after.status === 'entered-in-error';
    if (!sameButStatus(before, after) || !(revoked || mistaken)) {
      return refusal(
        422,
        'business-rule',
        'a consent that was given is never changed, only revoked',
        'Consent',
      );
    }
    return revoked ? signatureRefusal(signers, actor, 'Consent.status') : undefined;
  }
  return after.status === 'active' ? signatureRefusal(signers, actor, 'Consent.status') : undefined;
}

function signatureRefusal(
  signers: ReadonlySet<string>,
  actor: Actor,
  expression: string,
): Refusal | undefined {
  return actor.practitionerId !== null && signers.has(actor.practitionerId)
    ? undefined
    : refusal(
        422,
        'business-rule',
        'it must come in one transaction with a Provenance whose signature verifies',
        expression,
      );
}

function isActor(reference: string | undefined, actor: Actor): boolean {
  return (
    actor.practitionerId !== null && keyOfReference(reference) === `Practitioner/${actor.practitionerId}`
  );
}

function isAuthor(composition: Composition, actor: Actor): boolean {
  return composition.author.some((author) => isActor(author.reference, actor));
}

function sameButStatus<Signed extends Composition | Consent>(before: Signed, after: Signed): boolean {
  const content = (resource: Signed) => signedPayload([{ ...resource, status: 'entered-in-error' }]);
  // The payload that is signed leaves the narrative out; it must not change either.
  return (
    equalBytes(content(before), content(after)) &&
    before.text?.status === after.text?.status &&
    before.text?.div === after.text?.div
  );
}
