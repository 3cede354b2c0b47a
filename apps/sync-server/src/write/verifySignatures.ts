import type { FhirResource, Provenance, ResourceKey } from '@fieldchart/clinical';
import { instantToMilliseconds, keyOfReference, resourceKey, signedPayload } from '@fieldchart/clinical';
import { base64Decode, base64UrlEncode, utf8Decode } from '@fieldchart/foundation';
import { flattenedVerify } from 'jose';
import { importPublicKey } from '../identity/importPublicKey.ts';
import type { Database } from '../storage/openStorage.ts';
import { type Entry, type Mutation, type Unit, refusal } from './mutation.ts';

const SIGNATURE_FORMAT = 'application/jose';

/**
 * Verifies the signatures that travel in a unit, before the organisation is locked. A Provenance whose signature does
 * not verify becomes a refused entry.
 */
export async function verifyUnit(db: Database, entries: readonly Entry[]): Promise<Unit> {
  const carried = new Map<ResourceKey, FhirResource>();
  for (const entry of entries) {
    if (entry.ok) carried.set(resourceKey(entry.mutation.resource), entry.mutation.resource);
  }
  const signers = new Map<ResourceKey, Set<string>>();
  const verified: Entry[] = [];
  for (const entry of entries) {
    const problem = entry.ok ? await verifyMutation(db, entry.mutation, carried, signers) : undefined;
    if (!entry.ok || problem === undefined) {
      verified.push(entry);
    } else {
      const { mutationId } = entry.mutation;
      verified.push({
        ok: false,
        refusal: refusal(422, 'security', problem, 'Provenance.signature'),
        ...(mutationId === undefined ? {} : { mutationId }),
      });
    }
  }
  return { entries: verified, signers };
}

async function verifyMutation(
  db: Database,
  mutation: Mutation,
  carried: ReadonlyMap<ResourceKey, FhirResource>,
  signers: Map<ResourceKey, Set<string>>,
): Promise<string | undefined> {
  const provenance = mutation.resource;
  if (provenance.resourceType !== 'Provenance') return undefined;
  for (const signature of provenance.signature ?? []) {
    if (signature.sigFormat !== SIGNATURE_FORMAT || signature.data === undefined) continue;
    const keys = provenance.target.map((target) => keyOfReference(target.reference) ?? '');
    const targets = await loadTargets(db, keys, carried);
    if (targets === undefined) return 'what the signature is about is neither here nor stored';
    const signer = await verifySignature(db, signature.data, {
      targets,
      madeAt: instantToMilliseconds(signature.when) ?? Number.POSITIVE_INFINITY,
    });
    if (signer === undefined) return 'the signature does not verify against a registered key';
    if (keyOfReference(signature.who.reference) !== `Practitioner/${signer}`) {
      return 'the signature was made by the device of somebody else';
    }
    for (const key of keys) signers.set(key, (signers.get(key) ?? new Set()).add(signer));
  }
  return undefined;
}

async function loadTargets(
  db: Database,
  keys: readonly ResourceKey[],
  carried: ReadonlyMap<ResourceKey, FhirResource>,
): Promise<FhirResource[] | undefined> {
  const targets: FhirResource[] = [];
  for (const key of keys) {
    const [type = '', id = ''] = key.split('/');
    const target =
      carried.get(key) ??
      (
        await db
          .selectFrom('resource')
          .select('body')
          .where('type', '=', type)
          .where('id', '=', id)
          .executeTakeFirst()
      )?.body;
    if (target === undefined) return undefined;
    targets.push(target);
  }
  return targets;
}

/**
 * The practitioner whose registered device made this detached JWS over the resources. A device that was withdrawn or
 * replaced since vouches for what it signed before: its holder may be the one who sends it, after a rescue.
 */
async function verifySignature(
  db: Database,
  data: NonNullable<NonNullable<Provenance['signature']>[number]['data']>,
  signed: { readonly targets: readonly FhirResource[]; readonly madeAt: number },
): Promise<string | undefined> {
  const [protectedHeader = '', payload = '', signature = ''] = utf8Decode(base64Decode(data)).split('.');
  if (payload !== '') return undefined;
  let practitionerId: string | undefined;
  try {
    await flattenedVerify(
      { protected: protectedHeader, payload: base64UrlEncode(signedPayload(signed.targets)), signature },
      async (header) => {
        const device = await db
          .selectFrom('device')
          .select(['practitioner_id', 'public_key'])
          .where('id', '=', header?.kid ?? '')
          .where((where) =>
            where.or([where('revoked_at', 'is', null), where('revoked_at', '>', signed.madeAt)]),
          )
          .executeTakeFirstOrThrow();
        practitionerId = device.practitioner_id;
        return importPublicKey(device.public_key);
      },
      { algorithms: ['ES384'] },
    );
    return practitionerId;
  } catch {
    return undefined;
  }
}
