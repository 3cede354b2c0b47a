import { type FhirResource, agreementJwk } from '@fieldchart/clinical';
import type { Database } from '@fieldchart/encrypted-sqlite';
import {
  CodedError,
  type Result,
  fail,
  isCodedError,
  ok,
  randomUuid,
  toInstant,
} from '@fieldchart/foundation';
import {
  openCaseload,
  openTicket,
  parseTicketFile,
  type DeviceSecret,
  type TicketClaims,
  type UnlockedKeys,
  type Vault,
} from '@fieldchart/key-vault';
import { openRecordStore } from '@fieldchart/record-store';
import { forgetHandover } from './handover.ts';
import type {
  DeviceSecretRefusal,
  EnrolInput,
  EnrolmentOutcome,
  EnrolOutcome,
  OpenedTicket,
  SecretKind,
  TicketInput,
  TicketProblem,
} from './api.ts';
import { forgetSalvage } from './keptSalvage.ts';
import { type Identity, saveIdentity, withRegistration } from './identity.ts';
import { databaseName, openUserDatabase } from './openUserDatabase.ts';
import type { ClinicPlatform, DeviceProfile } from './platform.ts';

/** What an opened ticket holds; the screens see only {@link OpenedTicket}. */
export interface TicketContents {
  readonly claims: TicketClaims;
  readonly jwt: string;
  readonly caseload: string | null;
}

const contentsByHandle = new WeakMap<object, TicketContents>();

/** Opens a ticket's text and checks it against the organisation's key, with no network. Nothing is stored. */
export async function readTicket(
  platform: ClinicPlatform,
  input: TicketInput,
): Promise<Result<TicketContents & { readonly fingerprint: string }, { readonly kind: TicketProblem }>> {
  const organization = await platform.organization();
  if (organization === undefined) return fail({ kind: 'organization-unknown' });
  const file = parseTicketFile(input.text);
  if (!file.ok) return file;
  const opened = await openTicket({
    crypto: platform.webCrypto,
    ticket: file.value.ticket,
    activationCode: input.activationCode,
    organization,
    now: platform.clock.now(),
  });
  if (!opened.ok) return opened;
  const { claims, jwt } = opened.value;
  return ok({ claims, jwt, caseload: file.value.caseload, fingerprint: organization.fingerprint });
}

/** Opens a ticket to enrol with. */
export async function openEnrolmentTicket(
  platform: ClinicPlatform,
  input: TicketInput,
): Promise<EnrolmentOutcome> {
  const read = await readTicket(platform, input);
  if (!read.ok) return read;
  const { claims, jwt, caseload, fingerprint } = read.value;
  const profiles = await platform.profiles.list();
  if (profiles.some((profile) => profile.ticketId === claims.jti && profile.state === 'ready')) {
    return { ok: false, error: { kind: 'already-enrolled' } };
  }
  const handle = {};
  contentsByHandle.set(handle, { claims, jwt, caseload });
  const ticket: OpenedTicket = {
    handle,
    practitionerName: claims.practitioner_name,
    organizationName: claims.organization_name,
    fingerprint,
    expiresAt: claims.exp * 1000,
    carriesCaseload: caseload !== null,
    eraseAfter: claims.erase_after_attempts ?? null,
  };
  return { ok: true, value: ticket };
}

/** What enrolment made, ready to become a session. */
export interface Enrolled {
  readonly profile: DeviceProfile;
  readonly keys: UnlockedKeys;
  readonly database: Database;
}

type Failure = Extract<EnrolOutcome, { ok: false }>;

/**
 * Makes keys and database, loads the starter caseload, and saves the profile last of all as `ready`: killed at any
 * moment before that, the next start finds an unfinished enrolment and removes it, and the ticket still works.
 */
export async function enrol(
  platform: ClinicPlatform,
  vault: Vault,
  input: EnrolInput,
): Promise<{ readonly ok: true; readonly value: Enrolled } | Failure> {
  const contents = contentsByHandle.get(input.ticket.handle);
  if (contents === undefined)
    throw new CodedError('TICKET_UNKNOWN', 'This ticket was not opened by this shell');
  const userId = randomUuid(platform.random);
  input.onProgress({ step: 'keys' });

  const bound = await newDeviceSecret(platform, input.secretKind, userId);
  if (!bound.ok) return bound;
  const deviceSecret = bound.value;
  const profile: DeviceProfile = {
    userId,
    label: initials(contents.claims.practitioner_name),
    secretKind: input.secretKind,
    deviceSecretId: deviceSecret.kind === 'none' ? null : deviceSecret.id,
    rescueDeviceSecretId: null,
    practitionerId: contents.claims.sub,
    organizationId: contents.claims.iss,
    server: contents.claims.server,
    deviceId: '',
    ticketId: contents.claims.jti,
    state: 'enrolling',
  };
  await platform.profiles.save(profile);

  let keys: UnlockedKeys | undefined;
  let database: Database | undefined;
  const giveUp = async (kind: Failure['error']['kind']): Promise<Failure> => {
    await database?.close();
    keys?.discard();
    await discardEnrolment(platform, vault, profile);
    return { ok: false, error: { kind } };
  };
  try {
    keys = await vault.create({
      userId,
      secret: input.secret,
      deviceSecret,
      secretKind: input.secretKind,
      eraseAfter: contents.claims.erase_after_attempts ?? null,
      rescueKey: contents.claims.rescue_key,
    });
    database = await openUserDatabase(platform, userId, { key: keys.dataKey });
    if (!(await fillDatabase(platform, database, { contents, userId, keys, onProgress: input.onProgress }))) {
      return await giveUp('caseload-damaged');
    }
    const ready: DeviceProfile = { ...profile, deviceId: keys.keyId, state: 'ready' };
    await platform.profiles.save(ready);
    return { ok: true, value: { profile: ready, keys, database } };
  } catch (error) {
    if (!isCodedError(error)) throw error;
    platform.logger.error('enrolment-failed', { code: error.code });
    const declined = isCodedError(error, 'device-secret-unavailable');
    // Should this fail too, the profile still says `enrolling`, and the next start removes it.
    return await giveUp(declined ? 'device-secret-cancelled' : 'storage');
  }
}

/**
 * Removes what a broken-off enrolment left behind, or a user who left. Profiles that are `ready` or withdrawn are never
 * touched (D3).
 */
export async function discardEnrolment(
  platform: ClinicPlatform,
  vault: Vault,
  profile: DeviceProfile,
): Promise<void> {
  if (profile.state === 'ready' || profile.state === 'withdrawn') {
    throw new CodedError('PROFILE_READY', 'A finished enrolment is not discarded');
  }
  await platform.deleteDatabase(databaseName(profile.userId));
  await vault.remove(profile.userId);
  await forgetHandover(platform, profile.userId);
  await forgetSalvage(platform, profile.userId);
  if (profile.deviceSecretId !== null) await platform.deviceSecrets.remove(profile.deviceSecretId);
  await platform.profiles.remove(profile.userId);
}

/** A new bound secret for a PIN; a passphrase stands alone. */
export async function newDeviceSecret(
  platform: ClinicPlatform,
  secretKind: SecretKind,
  userId: string,
): Promise<Result<DeviceSecret, { readonly kind: DeviceSecretRefusal }>> {
  if (secretKind === 'passphrase') return ok(platform.deviceSecrets.none);
  const created = await platform.deviceSecrets.create(userId);
  if (created.ok) return created;
  const notBound = created.error.kind === 'not-bound';
  return fail({ kind: notBound ? 'device-secret-not-bound' : 'device-secret-cancelled' });
}

async function fillDatabase(
  platform: ClinicPlatform,
  database: Database,
  input: {
    readonly contents: TicketContents;
    readonly userId: string;
    readonly keys: UnlockedKeys;
    readonly onProgress: EnrolInput['onProgress'];
  },
): Promise<boolean> {
  const { contents, userId, keys, onProgress } = input;
  const { claims } = contents;
  const { clock, random, logger } = platform;
  const store = await openRecordStore({ database, clock, random, logger });
  // By the ticket's own time and policy: what of its caseload has aged out goes before the first contact.
  const told = { serverTime: toInstant(claims.iat * 1000), days: claims.retention_days ?? null };
  await store.tellRetention(told);
  if (contents.caseload !== null && claims.caseload_key !== undefined) {
    const opened = await openCaseload({
      file: { caseload: contents.caseload },
      key: claims.caseload_key,
    });
    if (!opened.ok) return false;
    await store.loadCaseload({
      resources: opened.value.bundle.entry?.flatMap(storedResource) ?? [],
      cursor: opened.value.cursor,
      onProgress: (done, total) => onProgress({ step: 'caseload', done, total }),
    });
  }
  const identity: Identity = {
    userId,
    practitionerId: claims.sub,
    practitionerName: claims.practitioner_name,
    role: claims.role,
    organization: { id: claims.iss, name: claims.organization_name },
    server: claims.server,
    rescueKey: agreementJwk.parse(claims.rescue_key),
    registrations: [],
  };
  const ticket = { id: claims.jti, jwt: contents.jwt };
  await saveIdentity(database, await withRegistration(identity, { platform, keys, ticket }));
  return true;
}

function storedResource(entry: unknown): FhirResource[] {
  // The file is authentic (its key came in the signed ticket) and was written through the server's own schema.
  const { resource } = entry as { readonly resource?: FhirResource };
  return resource === undefined ? [] : [resource];
}

function initials(name: string): string {
  return name
    .split(/\s+/u)
    .filter((word) => /^\p{Lu}/u.test(word))
    .map((word) => word.charAt(0))
    .slice(0, 3)
    .join('');
}
