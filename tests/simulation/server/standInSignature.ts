import { createHash } from 'node:crypto';
import {
  type FhirResource,
  type ResourceKey,
  keyOfReference,
  resourceKey,
  signedPayload,
} from '@fieldchart/clinical';
import { base64Decode, utf8Decode } from '@fieldchart/foundation';
import { type Entry, type Unit, refusal } from '../../../apps/sync-server/src/write/mutation.ts';

/**
 * In the place of a JWS: the device and a digest of what is signed. It binds the text as a signature does and says
 * the same bytes each time, which a real one must not.
 */
export function standInSignature(payload: Uint8Array, deviceId: string): string {
  return `${deviceId}..${createHash('sha256').update(deviceId).update(payload).digest('hex')}`;
}

export interface SignatureFacts {
  readonly stored: (key: ResourceKey) => FhirResource | undefined;
  readonly practitionerOf: (deviceId: string) => string | undefined;
}

/** What the real server's `verifyUnit` finds, with stand-ins for signatures. */
export function verifyStandIns(entries: readonly Entry[], facts: SignatureFacts): Unit {
  const carried = new Map<ResourceKey, FhirResource>();
  for (const entry of entries) {
    if (entry.ok) carried.set(resourceKey(entry.mutation.resource), entry.mutation.resource);
  }
  const signers = new Map<ResourceKey, Set<string>>();
  const verified = entries.map((entry): Entry => {
    const problem = entry.ok ? problemOf(entry.mutation.resource, carried, facts, signers) : undefined;
    if (!entry.ok || problem === undefined) return entry;
    const { mutationId } = entry.mutation;
    return {
      ok: false,
      refusal: refusal(422, 'security', problem, 'Provenance.signature'),
      ...(mutationId === undefined ? {} : { mutationId }),
    };
  });
  return { entries: verified, signers };
}

function problemOf(
  resource: FhirResource,
  carried: ReadonlyMap<ResourceKey, FhirResource>,
  facts: SignatureFacts,
  signers: Map<ResourceKey, Set<string>>,
): string | undefined {
  if (resource.resourceType !== 'Provenance') return undefined;
  for (const signature of resource.signature ?? []) {
    if (signature.sigFormat !== 'application/jose' || signature.data === undefined) continue;
    const keys = resource.target.map((target) => keyOfReference(target.reference) ?? '');
    const targets = keys.map((key) => carried.get(key) ?? facts.stored(key));
    if (targets.includes(undefined)) return 'what the signature is about is neither here nor stored';
    const text = utf8Decode(base64Decode(signature.data));
    const deviceId = text.slice(0, text.indexOf('..'));
    const signer = facts.practitionerOf(deviceId);
    const payload = signedPayload(targets.filter((target) => target !== undefined));
    if (signer === undefined || text !== standInSignature(payload, deviceId)) {
      return 'the signature does not verify against a registered key';
    }
    if (keyOfReference(signature.who.reference) !== `Practitioner/${signer}`) {
      return 'the signature was made by the device of somebody else';
    }
    for (const key of keys) signers.set(key, (signers.get(key) ?? new Set()).add(signer));
  }
  return undefined;
}
