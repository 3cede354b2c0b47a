import {
  CONSENT_FORMS,
  type Composition,
  consentPdf,
  createConsent,
  displayName,
  finalizeNote,
  noteSections,
  signatureProvenance,
  signedPayload,
} from '@fieldchart/clinical';
import { type Clock, type Random, isCodedError, randomUuid } from '@fieldchart/foundation';
import type { UnlockedKeys } from '@fieldchart/key-vault';
import type { RecordStore } from '@fieldchart/record-store';
import type { ConsentSigning, SignOutcome } from './api.ts';
import type { Proof } from './attestation.ts';
import type { Identity } from './identity.ts';

interface SigningOptions {
  readonly store: RecordStore;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly random: Random;
  /** Asks the vault to prove the secret again. */
  readonly prove: (secret: string) => Promise<Proof>;
}

/**
 * Signs a note: the secret is proved again, the text is fixed, and the final note and its Provenance are queued
 * as one group (O6), so that neither reaches the server without the other.
 */
export async function signNote(
  options: SigningOptions,
  input: { readonly noteId: string; readonly revision: number; readonly secret: string },
): Promise<SignOutcome> {
  const { store, identity, clock, random } = options;
  const record = await store.get(`Composition/${input.noteId}`);
  if (record?.resource.resourceType !== 'Composition' || record.resource.status !== 'preliminary') {
    return { ok: false, error: { kind: 'already-signed' } };
  }
  if (record.revision !== input.revision) return { ok: false, error: { kind: 'moved' } };
  if (record.inConflict) return { ok: false, error: { kind: 'conflict' } };
  if (isEmpty(record.resource)) return { ok: false, error: { kind: 'empty-note' } };

  return await withProof(options, input.secret, async (keys) => {
    const now = clock.now();
    const note = finalizeNote(record.resource as Composition, { attesterId: identity.practitionerId, now });
    const provenance = signatureProvenance({
      id: randomUuid(random),
      targets: [note],
      signerId: identity.practitionerId,
      organizationId: identity.organization.id,
      deviceId: keys.keyId,
      when: now,
      jws: await keys.sign(signedPayload([note])),
      type: 'author',
    });
    // Based on the revision that was on the screen: if the note moved since, the store refuses the group.
    await store.recordGroup(
      [
        { resource: note, basedOn: record.revision },
        { resource: provenance, basedOn: 0 },
      ],
      identity.practitionerId,
    );
  });
}

/** Signs a consent: form as displayed, signer's mark and clinician's witness signature, as one group. */
export async function signConsent(
  options: SigningOptions,
  input: ConsentSigning,
): Promise<SignOutcome & { readonly consentId?: string }> {
  const { store, identity, clock, random } = options;
  const client = await store.get(`Patient/${input.clientId}`);
  if (client?.resource.resourceType !== 'Patient') return { ok: false, error: { kind: 'unavailable' } };
  const clientName = displayName(client.resource);
  const consentId = randomUuid(random);

  const outcome = await withProof(options, input.secret, async (keys) => {
    const now = clock.now();
    const form = CONSENT_FORMS[input.form][input.language];
    const pdf = await consentPdf({
      form,
      clientName,
      signer: input.signer,
      mark: input.mark,
      witnessName: identity.practitionerName,
      organizationName: identity.organization.name,
      deviceId: keys.keyId,
      signedAt: now,
    });
    const consent = createConsent({
      id: consentId,
      clientId: input.clientId,
      organizationId: identity.organization.id,
      form,
      signer: input.signer,
      pdf,
      signedAt: now,
    });
    const provenance = signatureProvenance({
      id: randomUuid(random),
      targets: [consent],
      signerId: identity.practitionerId,
      organizationId: identity.organization.id,
      deviceId: keys.keyId,
      when: now,
      jws: await keys.sign(signedPayload([consent])),
      type: 'consentWitness',
    });
    await store.recordGroup(
      [
        { resource: consent, basedOn: 0 },
        { resource: provenance, basedOn: 0 },
      ],
      identity.practitionerId,
    );
  });
  return outcome.ok ? { ...outcome, consentId } : outcome;
}

async function withProof(
  options: SigningOptions,
  secret: string,
  sign: (keys: UnlockedKeys) => Promise<void>,
): Promise<SignOutcome> {
  const proof = await options.prove(secret);
  if (!proof.ok) return proof;
  try {
    await sign(proof.keys);
    return { ok: true };
  } catch (error) {
    if (isCodedError(error, 'STORE_WRONG_BASE')) return { ok: false, error: { kind: 'moved' } };
    if (isCodedError(error, 'STORE_CONFLICT_OPEN')) return { ok: false, error: { kind: 'conflict' } };
    if (isCodedError(error, 'STORE_SIGNED')) return { ok: false, error: { kind: 'already-signed' } };
    throw error;
  } finally {
    proof.keys.discard();
  }
}

function isEmpty(note: Composition): boolean {
  return noteSections(note).every((section) => section.text.trim() === '');
}
