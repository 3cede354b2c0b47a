import { type Result, fail, ok } from '@fieldchart/foundation';
import { type Parameters, parameters } from '../fhir/envelopes.ts';
import { keyOfReference } from '../fhir/references.ts';

/** Extension of `Bundle.entry.request` that names the mutation (valueUuid, `urn:uuid:…`). */
export const MUTATION_ID_EXTENSION = 'https://fieldchart.org/fhir/StructureDefinition/mutation-id';

export type AccessChange = 'access-gained' | 'access-lost';

export interface AccessEvent {
  readonly change: AccessChange;
  readonly clientId: string;
}

/** The feed's entry that says that a client entered or left the caseload. */
export function accessEventToParameters(event: AccessEvent): Parameters {
  return {
    resourceType: 'Parameters',
    parameter: [{ name: event.change, valueReference: { reference: `Patient/${event.clientId}` } }],
  };
}

/** Inverse of {@link accessEventToParameters}, strict: one parameter, one client. */
export function parametersToAccessEvent(json: unknown): Result<AccessEvent, { kind: 'malformed' }> {
  const parsed = parameters.safeParse(json);
  const list = parsed.success ? parsed.data.parameter : undefined;
  const only = list?.length === 1 ? list[0] : undefined;
  if (only?.name !== 'access-gained' && only?.name !== 'access-lost') return fail({ kind: 'malformed' });
  const key = keyOfReference(only.valueReference?.reference);
  if (key?.startsWith('Patient/') !== true) return fail({ kind: 'malformed' });
  return ok({ change: only.name, clientId: key.slice('Patient/'.length) });
}

/** The extension that carries a mutation id. */
export function mutationIdExtension(mutationId: string): { url: string; valueUuid: string } {
  return { url: MUTATION_ID_EXTENSION, valueUuid: `urn:uuid:${mutationId}` };
}

/** The mutation id among the extensions of a request, if there is one. */
export function mutationIdOf(request: {
  readonly extension?:
    readonly { readonly url: string; readonly valueUuid?: string | undefined }[] | undefined;
}): string | undefined {
  const value = request.extension?.find((entry) => entry.url === MUTATION_ID_EXTENSION)?.valueUuid;
  return value?.startsWith('urn:uuid:') === true ? value.slice('urn:uuid:'.length) : undefined;
}
