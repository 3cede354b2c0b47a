import { openData } from '../../../apps/sync-server/src/setup/openData.ts';

/** What a stopped server holds of a client: every version, and whose caseload the client is in. */
export async function storedOf(folder: string, clientId: string) {
  const data = await openData({ folder, mustExist: true });
  const { db } = data.storage;
  try {
    const versions = await db
      .selectFrom('history')
      .select(['type', 'id', 'version'])
      .where('client_id', '=', clientId)
      .orderBy('sequence')
      .execute();
    const clinicians = await db
      .selectFrom('care_team_member')
      .innerJoin('practitioner', 'practitioner.id', 'care_team_member.practitioner_id')
      .select('practitioner.name')
      .where('client_id', '=', clientId)
      .execute();
    return {
      versions: versions.map(({ type, version }) => `${type} ${version}`),
      clinicians: clinicians.map(({ name }) => name),
    };
  } finally {
    await data.close();
  }
}
