import { type Result, fail, ok } from '@fieldchart/foundation';
import type { Organization } from '../identity/organization.ts';
import { type UnknownName, findPractitioner } from '../identity/ticketDesk.ts';
import type { ImportReport } from '../importing/importReport.ts';
import { planImport } from '../importing/planImport.ts';
import type { WriteDeps } from '../write/writeUnits.ts';
import { loadResources } from './loadResources.ts';

export interface ImportOutcome {
  readonly clinician: string;
  readonly report: ImportReport;
  /** What the plan took and the write then refused: it changed meanwhile. */
  readonly refusedLate: readonly { readonly type: string; readonly reason: string }[];
}

/** Imports a bundle of another system; its clients enter the caseload of the clinician, or of the first there is. */
export async function importBundle(
  deps: WriteDeps & { readonly organization: Organization },
  bundle: unknown,
  clinician: string | undefined,
): Promise<Result<ImportOutcome, UnknownName>> {
  const wanted = clinician ?? (await firstClinician(deps)) ?? '';
  const found = await findPractitioner(deps.db, wanted);
  if (!found.ok) return fail(found.error);
  const known = await deps.db.selectFrom('resource').select(['type', 'id']).execute();
  const plan = planImport(bundle, {
    organizationId: deps.organization.id,
    practitionerId: found.value.id,
    practitionerName: found.value.name,
    knownIds: new Set(known.map(({ type, id }) => `${type}/${id}`)),
    now: deps.clock.now(),
  });
  const refused = await loadResources(deps, plan.take);
  return ok({
    clinician: found.value.name,
    report: plan.report,
    refusedLate: refused.map((one) => ({ type: one.resource.resourceType, reason: one.refusal.text })),
  });
}

async function firstClinician(deps: WriteDeps): Promise<string | undefined> {
  const row = await deps.db
    .selectFrom('practitioner')
    .select('id')
    .where('role', '=', 'clinician')
    .orderBy('name')
    .executeTakeFirst();
  return row?.id;
}
