import { type FhirResource, displayName, validateResource } from '@fieldchart/clinical';
import { type Clock, isCodedError } from '@fieldchart/foundation';
import type {
  AttentionDetail,
  AuditChain,
  ExportedUnit,
  Mended,
  RecordStore,
} from '@fieldchart/record-store';
import { attentionOfUnit, isFixed, seenOf } from './attentionAnswers.ts';
import type { FieldTexts, RefusedExport, SettleOutcome, SettleProblem, Settling } from './attentionViews.ts';
import { conflictFields } from './conflictFields.ts';
import { fieldsOf, withFields } from './recordFields.ts';

interface SettlingDeps {
  readonly store: RecordStore;
  readonly audit: Pick<AuditChain, 'append'>;
  readonly clock: Clock;
  /** Sends what waits, if there is a signal; nobody waits for it. */
  readonly syncSoon: () => void;
}

/** What a person does about a refused unit or a conflict. Each settlement is followed by a sync at once (O5, C1). */
export function createSettling({ store, audit, clock, syncSoon }: SettlingDeps): Settling {
  const settle = async (
    mutationId: string,
    work: (detail: AttentionDetail) => Promise<Mended | SettleProblem | undefined>,
  ): Promise<SettleOutcome> => {
    const detail = await attentionOfUnit(store, mutationId);
    if (detail === undefined) return failed('settled');
    try {
      const result = await work(detail);
      if (typeof result === 'string') return failed(result);
      syncSoon();
      const [resourceType = '', resourceId = ''] = detail.key.split('/');
      return {
        ok: true,
        value: {
          resourceType,
          resourceId,
          clientId: detail.clientId,
          signatureWithdrawn: result?.signatureWithdrawn ?? false,
        },
      };
    } catch (error) {
      const problem = problemOf(error);
      if (problem === undefined) throw error;
      return failed(problem);
    }
  };

  return {
    resendRefused: (mutationId) =>
      settle(mutationId, async (detail) => {
        await store.resend(detail.mutationId);
        return undefined;
      }),

    mendRefused: ({ mutationId, seen, texts }) =>
      settle(mutationId, async (detail) => {
        if (detail.conflict !== null) return 'conflict';
        if (seenOf(detail) !== seen) return 'moved';
        const resource = withFields(detail.body, texts);
        if (!validateResource(resource).ok) return 'invalid';
        return await store.mend(detail.mutationId, { resource, basedOn: detail.revision });
      }),

    decideConflict: ({ mutationId, seen, texts }) =>
      settle(mutationId, async (detail) => {
        if (detail.conflict === null) return 'settled';
        if (seenOf(detail) !== seen) return 'moved';
        const resource = decided(detail, texts);
        return typeof resource === 'string'
          ? resource
          : await store.decideConflict(detail.mutationId, { resource, basedOn: detail.revision });
      }),

    returnToDraft: (mutationId) =>
      settle(mutationId, async (detail) => await store.returnToDraft(detail.mutationId)),

    keepTheirs: (mutationId) =>
      settle(mutationId, async (detail) => {
        await store.keepTheirs(detail.mutationId);
        return undefined;
      }),

    async exportRefused(mutationId) {
      const detail = await attentionOfUnit(store, mutationId);
      const unit = detail === undefined ? undefined : await store.exportUnit(detail.mutationId);
      if (detail === undefined || unit === undefined) return null;
      // Before the file exists: what could leave unrecorded would.
      await audit.append('export', { record: detail.key, mutation: detail.mutationId });
      return toExport(unit, detail, clock.now());
    },
  };
}

function failed(kind: SettleProblem): SettleOutcome {
  return { ok: false, error: { kind } };
}

function problemOf(error: unknown): SettleProblem | undefined {
  if (isCodedError(error, 'STORE_NOT_PARKED')) return 'settled';
  if (isCodedError(error, 'STORE_WRONG_BASE')) return 'moved';
  if (isCodedError(error, 'STORE_SIGNED')) return 'signed';
  if (isCodedError(error, 'STORE_CONFLICT_OPEN')) return 'conflict';
  if (isCodedError(error, 'STORE_NOT_A_NOTE')) return 'no-draft';
  return undefined;
}

/** What the record shall say: the chosen texts in the open fields, what both sides come to in the others. */
function decided({ conflict, standing }: AttentionDetail, texts: FieldTexts): FhirResource | SettleProblem {
  const theirs = conflict?.theirs ?? null;
  if (conflict === null || theirs === null) return 'settled';
  if (isFixed(theirs)) return 'signed';
  const fields = conflictFields({ ...conflict, theirs }, standing);
  if (fields.some(({ code, open }) => open && texts[code] === undefined)) return 'undecided';
  const wanted = Object.fromEntries(
    fields.map(({ code, text, open }) => [code, open ? (texts[code] ?? '') : text]),
  );
  // A section that only one side has stays in its place in that side's record.
  for (const side of [theirs, conflict.mine]) {
    const resource = withFields(side, wanted);
    if (saysAll(resource, wanted))
      return validateResource(resource).ok && !isFixed(resource) ? resource : 'invalid';
  }
  return 'invalid';
}

/** Nothing that was decided may be missing in what is sent. */
function saysAll(resource: FhirResource, wanted: FieldTexts): boolean {
  if (fieldsOf(resource).some(({ kind }) => kind === 'whole')) return true;
  const said = new Set(fieldsOf(resource).map(({ code }) => code));
  return Object.entries(wanted).every(([code, text]) => text === '' || said.has(code));
}

function toExport(unit: ExportedUnit, detail: AttentionDetail, exportedAt: number): RefusedExport {
  const { reason, entries, conflicts } = unit;
  return {
    exportedAt,
    reason,
    records: entries.map(({ kind, resource }) => ({
      resourceType: resource.resourceType,
      kind,
      clientName: resource.resourceType === 'Patient' ? displayName(resource) : detail.clientName,
      fields: fieldsOf(resource).filter((field) => field.kind !== 'whole'),
    })),
    conflicts: conflicts.map(({ mine, theirs }) => ({
      mine: fieldsOf(mine),
      theirs: theirs === null ? null : fieldsOf(theirs),
    })),
    json: JSON.stringify(unit, null, 2),
  };
}
