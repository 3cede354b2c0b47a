import { createNote } from '@fieldchart/clinical';
import { systemClock } from '@fieldchart/foundation';
import { CompactEncrypt, importJWK } from 'jose';
import { parseBundle } from '../../../apps/sync-server/src/fhir/parseWrite.ts';
import { receiveSealedWork } from '../../../apps/sync-server/src/identity/deviceDesk.ts';
import { receiveReview } from '../../../apps/sync-server/src/review/receiveReview.ts';
import { openData } from '../../../apps/sync-server/src/setup/openData.ts';
import { systemRandom } from '../../../apps/sync-server/src/setup/systemRandom.ts';
import type { Database } from '../../../apps/sync-server/src/storage/openStorage.ts';
import { bundleOf, entryOf } from '../../../apps/sync-server/src/testing/requests.ts';
import type { Actor } from '../../../apps/sync-server/src/write/mutation.ts';

/** What the commands find: what a device brought of a clinician's before. */
export interface BroughtWork {
  readonly deviceId: string;
  readonly clientId: string;
  /** Ids of the late notes, as they came. */
  readonly notes: readonly string[];
}

/** Lays late work and two sealed uploads into a stopped server's data, as a device would have brought them. */
export async function bringWork(folder: string, sealed: readonly string[]): Promise<BroughtWork> {
  const data = await openData({ folder, mustExist: true });
  const deps = { db: data.storage.db, clock: systemClock, random: systemRandom };
  try {
    const { actor, clientId, encounterId, organizationId } = await findPeople(deps.db);
    const notes = [0, 1, 2].map((at) =>
      createNote({
        id: crypto.randomUUID(),
        clientId,
        encounterId,
        practitionerId: actor.practitionerId ?? '',
        practitionerName: 'The author',
        organizationId,
        format: 'DAP',
        title: `Late ${String(at)}`,
        now: systemClock.now(),
      }),
    );
    const entries = notes.map((note) => entryOf(note, { mutationId: crypto.randomUUID() }));
    const parsed = parseBundle(bundleOf('batch', entries));
    if (!parsed.ok) throw new Error('the bundle is malformed');
    await receiveReview(deps, actor, parsed.value);
    for (const text of sealed) await receiveSealedWork(deps, actor, await seal(deps.db, text));
    return { deviceId: actor.deviceId ?? '', clientId, notes: notes.map(({ id }) => id) };
  } finally {
    await data.close();
  }
}

/** A clinician with a device that is registered here, and a client of theirs. */
async function findPeople(db: Database) {
  const visit = await db
    .selectFrom('resource')
    .innerJoin('care_team_member', 'care_team_member.client_id', 'resource.client_id')
    .select(['resource.id', 'resource.client_id', 'practitioner_id'])
    .where('type', '=', 'Encounter')
    .executeTakeFirstOrThrow();
  const organization = await db.selectFrom('organization').select('id').executeTakeFirstOrThrow();
  const deviceId = crypto.randomUUID();
  const { practitioner_id: practitionerId } = visit;
  await db
    .insertInto('device')
    .values({
      id: deviceId,
      practitioner_id: practitionerId,
      public_key: '{}',
      thumbprint: deviceId,
      registered_at: systemClock.now(),
      revoked_at: null,
    })
    .execute();
  const actor: Actor = { practitionerId, deviceId, role: 'clinician' };
  return {
    actor,
    clientId: visit.client_id ?? '',
    encounterId: visit.id,
    organizationId: organization.id,
  };
}

async function seal(db: Database, text: string): Promise<string> {
  const { rescue_key: key } = await db
    .selectFrom('organization')
    .select('rescue_key')
    .executeTakeFirstOrThrow();
  const { kty, crv, x, y } = key;
  return new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM' })
    .encrypt(await importJWK({ kty, crv, x, y }, 'ECDH-ES+A256KW'));
}
