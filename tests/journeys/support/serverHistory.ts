import { referencesOf, type FhirResource } from '@fieldchart/clinical';
import { openData } from '../../../apps/sync-server/src/setup/openData.ts';

export interface ServerVersion {
  readonly key: string;
  readonly mutationId: string | null;
  /** Versions of one transaction share it. */
  readonly bundle: string;
  readonly references: readonly string[];
  /** A final note or an active consent. */
  readonly isSigned: boolean;
}

/** Everything that a stopped server holds, in the order in which it was written. */
export async function serverHistory(folder: string): Promise<readonly ServerVersion[]> {
  const data = await openData({ folder, mustExist: true });
  try {
    const rows = await data.storage.db.selectFrom('history').selectAll().orderBy('sequence').execute();
    return rows.map((row) => ({
      key: `${row.type}/${row.id}`,
      mutationId: row.mutation_id,
      bundle: String(row.written_at),
      references: row.body === null ? [] : referencesOf(row.body as FhirResource),
      isSigned: row.body !== null && isSigned(row.body as FhirResource),
    }));
  } finally {
    await data.close();
  }
}

function isSigned(resource: FhirResource): boolean {
  return (
    (resource.resourceType === 'Composition' && resource.status === 'final') ||
    (resource.resourceType === 'Consent' && resource.status === 'active')
  );
}
