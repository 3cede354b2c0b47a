import { practitionerRole } from '@fieldchart/clinical';
import type { Database } from '@fieldchart/encrypted-sqlite';
import { CodedError } from '@fieldchart/foundation';
import { z } from 'zod';

const identitySchema = z.strictObject({
  userId: z.string(),
  practitionerId: z.string(),
  practitionerName: z.string(),
  role: practitionerRole,
  organization: z.strictObject({ id: z.string(), name: z.string() }),
  /** The server's base address. */
  server: z.string(),
  /** The signed ticket, until the server has registered this device. */
  ticket: z.strictObject({ id: z.string(), jwt: z.string() }).nullable(),
});

/** Who this database belongs to. It rests inside the encrypted database. */
export type Identity = z.infer<typeof identitySchema>;

const key = 'identity';

/** Rejects `IDENTITY_UNREADABLE` if the database holds none: enrolment was never finished, or it is damaged. */
export async function loadIdentity(database: Database): Promise<Identity> {
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
