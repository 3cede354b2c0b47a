import { type Result, fail, ok } from '@fieldchart/foundation';
import { type Parameters, parameters } from '../fhir/envelopes.ts';
import { keyOfReference } from '../fhir/references.ts';

/**
 * `POST /fhir/Patient/$emergency-access`: a clinician breaks the glass for one client who is not in their caseload. In
 * goes a Parameters with `reason` and either `identifier` or `family` and `birthDate`, each exact; out comes the client,
 * and `until` where the access is temporary. The record then comes with the feed, as of any client who is gained.
 *
 * | status | meaning |
 * | --- | --- |
 * | 200 | access stands; asked again it is the same access |
 * | 403 | the token's scope or the organisation's policy has no emergency access, whoever is asked for |
 * | 404 | nobody is found, or more than one, which is not told apart |
 * | 422 | malformed, or the reason is too short |
 * | 429 | too many were asked for within the hour |
 */
export const EMERGENCY_PATH = '/fhir/Patient/$emergency-access';

/** Characters of a reason, without the space around it. */
export const SHORTEST_REASON = 10;
export const LONGEST_REASON = 500;
const LONGEST_NAME = 100;

/** Who is looked for: exactly this one, or nobody. */
export type EmergencyClient =
  | { readonly by: 'identifier'; readonly identifier: string }
  /** `birthDate` as YYYY-MM-DD. */
  | { readonly by: 'name'; readonly family: string; readonly birthDate: string };

export interface EmergencyRequest {
  readonly client: EmergencyClient;
  readonly reason: string;
}

export interface EmergencyGrant {
  readonly clientId: string;
  /** The instant at which the access ends; null where the client is in the caseload anyway. */
  readonly until: string | null;
}

export function emergencyRequestToParameters({ client, reason }: EmergencyRequest): Parameters {
  return {
    resourceType: 'Parameters',
    parameter: [
      ...(client.by === 'identifier'
        ? [{ name: 'identifier', valueString: client.identifier }]
        : [
            { name: 'family', valueString: client.family },
            { name: 'birthDate', valueDate: client.birthDate },
          ]),
      { name: 'reason', valueString: reason },
    ],
  };
}

/** Inverse of {@link emergencyRequestToParameters}, strict; texts come without the space around them. */
export function parametersToEmergencyRequest(
  json: unknown,
): Result<EmergencyRequest, { kind: 'malformed' | 'short-reason' }> {
  const given = valuesOf(json);
  const text = (name: string) => given?.get(name)?.valueString?.trim() ?? '';
  const identifier = text('identifier');
  const family = text('family');
  const birthDate = given?.get('birthDate')?.valueDate ?? '';
  const reason = text('reason');
  const names = [...(given?.keys() ?? [])].toSorted().join(' ');
  const byIdentifier =
    names === 'identifier reason' && identifier !== '' && identifier.length <= LONGEST_NAME;
  const byName =
    names === 'birthDate family reason' &&
    family !== '' &&
    family.length <= LONGEST_NAME &&
    /^\d{4}-\d{2}-\d{2}$/u.test(birthDate);
  if (!byIdentifier && !byName) return fail({ kind: 'malformed' });
  if (reason.length < SHORTEST_REASON) return fail({ kind: 'short-reason' });
  if (reason.length > LONGEST_REASON) return fail({ kind: 'malformed' });
  const client: EmergencyClient = byIdentifier
    ? { by: 'identifier', identifier }
    : { by: 'name', family, birthDate };
  return ok({ client, reason });
}

export function emergencyGrantToParameters({ clientId, until }: EmergencyGrant): Parameters {
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'client', valueReference: { reference: `Patient/${clientId}` } },
      ...(until === null ? [] : [{ name: 'until', valueInstant: until }]),
    ],
  };
}

/** Inverse of {@link emergencyGrantToParameters}. */
export function parametersToEmergencyGrant(json: unknown): Result<EmergencyGrant, { kind: 'malformed' }> {
  const given = valuesOf(json);
  const key = keyOfReference(given?.get('client')?.valueReference?.reference);
  if (key?.startsWith('Patient/') !== true) return fail({ kind: 'malformed' });
  return ok({ clientId: key.slice('Patient/'.length), until: given?.get('until')?.valueInstant ?? null });
}

/** Parameters by name; undefined for what is none, or has one twice. */
function valuesOf(json: unknown) {
  const parsed = parameters.safeParse(json);
  const list = parsed.success ? (parsed.data.parameter ?? []) : [];
  const byName = new Map(list.map((one) => [one.name, one]));
  return byName.size === list.length ? byName : undefined;
}
