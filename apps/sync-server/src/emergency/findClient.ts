import { type EmergencyClient, foldText } from '@fieldchart/clinical';
import type { Transaction } from 'kysely';
import type { Tables } from '../storage/tables.ts';

/**
 * The one client who is exactly the one asked for. Undefined where there is none, and where there are several: who asks
 * must not learn which.
 */
export async function findClient(
  trx: Transaction<Tables>,
  wanted: EmergencyClient,
): Promise<string | undefined> {
  const patients = trx.selectFrom('resource').select(['id', 'body']).where('type', '=', 'Patient');
  const rows =
    wanted.by === 'identifier'
      ? await patients
          .where((where) =>
            where.or([
              where('id', '=', wanted.identifier),
              where(where.val(wanted.identifier), '=', where.fn.any('codes')),
            ]),
          )
          .limit(2)
          .execute()
      : await patients.where('date', '=', wanted.birthDate).execute();
  const found = wanted.by === 'identifier' ? rows : rows.filter(({ body }) => hasFamily(body, wanted.family));
  return found.length === 1 ? found[0]?.id : undefined;
}

/** The whole family name, as search folds it: case and accents do not count. */
function hasFamily(body: Tables['resource']['body']['__select__'], family: string): boolean {
  if (body.resourceType !== 'Patient') return false;
  return (body.name ?? []).some((name) => foldText(name.family?.trim() ?? '') === foldText(family));
}
