import { agreementJwk, practitionerRole, registrationRequest } from '@fieldchart/clinical';
import type { Database } from '@fieldchart/encrypted-sqlite';
import { CodedError } from '@fieldchart/foundation';
import { signRegistration } from '@fieldchart/fhir-sync';
import type { UnlockedKeys } from '@fieldchart/key-vault';
import { z } from 'zod';
import type { ClinicPlatform } from './platform.ts';

const identitySchema = z.strictObject({
  userId: z.string(),
  practitionerId: z.string(),
  practitionerName: z.string(),
  role: practitionerRole,
  organization: z.strictObject({ id: z.string(), name: z.string() }),
  /** The server's base address. */
  server: z.string(),
  /** What the device seals unsent work to when it is withdrawn. */
  rescueKey: agreementJwk,
  /** Signed ahead, in the order in which the server must learn of them; empty once it has registered this device. */
  registrations: z.array(registrationRequest),
});

/** Who this database belongs to. It rests inside the encrypted database. */
export type Identity = z.infer<typeof identitySchema>;

const key = 'identity';

/** Rejects `IDENTITY_UNREADABLE` if the database holds none: enrolment was never finished, or it is damaged. */
export async function loadIdentity(database: Pick<Database, 'all'>): Promise<Identity> {
  const rows = await database.all<{ value: string }>('SELECT value FROM app_state WHERE key = ?', [key]);
  const text = rows[0]?.value;
  const parsed = text === undefined ? undefined : identitySchema.safeParse(JSON.parse(text));
  if (parsed?.success !== true) {
    throw new CodedError('IDENTITY_UNREADABLE', 'The database does not say whose it is');
  }
  return parsed.data;
}

/** Durable when resolved. */
export async function saveIdentity(database: Database, identity: Identity): Promise<void> {
  await database.batch([
    {
      sql: 'INSERT INTO app_state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      params: [key, JSON.stringify(identity)],
    },
  ]);
}

/** The identity with a registration more: the present key's, against a ticket, signed now. */
export async function withRegistration(
  identity: Identity,
  input: {
    readonly platform: ClinicPlatform;
    readonly keys: UnlockedKeys;
    readonly ticket: { readonly id: string; readonly jwt: string };
  },
): Promise<Identity> {
  const { platform, keys, ticket } = input;
  const registration = await signRegistration({
    clock: platform.clock,
    baseUrl: identity.server,
    ticket: ticket.jwt,
    ticketId: ticket.id,
    deviceId: keys.keyId,
    publicKey: keys.publicJwk,
    sign: (claims) => keys.signJwt(claims),
  });
  const others = identity.registrations.filter((one) => one.ticket !== ticket.jwt);
  return { ...identity, registrations: [...others, registration] };
}
