import { noteSections, referencesOf, type FhirResource } from '@fieldchart/clinical';
import { openData } from '../../../apps/sync-server/src/setup/openData.ts';

export interface ServerVersion {
  readonly key: string;
  readonly mutationId: string | null;
  /** Versions of one transaction share it. */
  readonly bundle: string;
  readonly references: readonly string[];
  /** A final note or an active consent. */
  readonly isSigned: boolean;
  /** Text of a note's sections; null of what is no note. */
  readonly note: string | null;
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
      note: row.body === null ? null : noteText(row.body as FhirResource),
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

function noteText(resource: FhirResource): string | null {
  if (resource.resourceType !== 'Composition') return null;
  return noteSections(resource)
    .map(({ text }) => text)
    .join('\n');
}
