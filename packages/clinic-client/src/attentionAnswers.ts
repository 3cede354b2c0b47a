import { clientOf, displayName, type FhirResource, type ResourceKey } from '@fieldchart/clinical';
import type { AttentionDetail, AttentionItem, RecordStore } from '@fieldchart/record-store';
import type {
  AttentionAnswer,
  AttentionChoice,
  AttentionRow,
  ChangeExplanation,
  ExplanationsAnswer,
  NamedRecord,
} from './attentionViews.ts';
import { conflictFields } from './conflictFields.ts';
import { fieldsOf } from './recordFields.ts';

/** Refused units that the screens list; how many there are beyond is told by the counts. */
export const ATTENTION_ROWS = 100;
/** Records that one explanation names. */
const NAMED = 3;
/** What a person reads first of a group. */
const READABLE = ['Composition', 'Consent', 'Patient', 'Encounter'];

/** Answers what needs a person, and why each change stands where it stands. */
export function createAttentionAnswers(store: RecordStore, practitionerId: string) {
  const rows = async (): Promise<readonly AttentionRow[]> =>
    (await store.listAttention(ATTENTION_ROWS)).map(attentionRow);

  const nameOf = async (key: ResourceKey, attentionId: string | null): Promise<NamedRecord> => {
    const [resourceType = '', resourceId = ''] = key.split('/');
    const record = await store.get(key);
    const clientId = record === undefined ? undefined : clientOf(record.resource);
    const client = clientId === undefined ? undefined : await store.get(`Patient/${clientId}`);
    return {
      resourceType,
      resourceId,
      clientName: client?.resource.resourceType === 'Patient' ? displayName(client.resource) : null,
      date: record === undefined ? null : dateOf(record.resource),
      isNew: record?.versionId === null,
      attentionId,
    };
  };

  return {
    rows,

    async explanations(mutationIds: readonly string[]): Promise<ExplanationsAnswer> {
      const explained: Record<string, ChangeExplanation> = {};
      let refused: ReadonlyMap<ResourceKey, string> | undefined;
      for (const mutationId of mutationIds) {
        const explanation = await store.explainEntry(mutationId);
        if (explanation === undefined) continue;
        const { why, because, edits } = explanation;
        if (why === 'held') {
          refused ??= new Map(
            (await store.listAttention(ATTENTION_ROWS)).map((item) => [item.key, item.mutationId] as const),
          );
        }
        const named: NamedRecord[] = [];
        for (const key of because.slice(0, NAMED)) named.push(await nameOf(key, refused?.get(key) ?? null));
        explained[mutationId] = { why, edits, because: named, more: Math.max(0, because.length - NAMED) };
      }
      return explained;
    },

    async attention(mutationId: string): Promise<AttentionAnswer | null> {
      const detail = await attentionOfUnit(store, mutationId);
      if (detail === undefined) return null;
      const unit = await store.exportUnit(detail.mutationId);
      const author = unit?.entries.find((entry) => entry.mutationId === detail.mutationId)?.author;
      return {
        ...attentionRow(detail),
        reason: detail.reason,
        choices: choicesOf(detail),
        seen: seenOf(detail),
        signed: (unit?.entries ?? []).some(({ key }) => key.startsWith('Provenance/')),
        changedBy: author === undefined || idOf(author) === practitionerId ? null : await authorName(author),
        fields: fieldsOf(detail.body),
        conflict: conflictView(detail),
      };
    },

    /** Where a record needs a person: the place of its unit among the refused. */
    async attentionIdOf(key: ResourceKey): Promise<string | null> {
      return (await store.listAttention(ATTENTION_ROWS)).find((item) => item.key === key)?.mutationId ?? null;
    },
  };

  async function authorName(author: string): Promise<string | null> {
    const record = await store.get(`Practitioner/${idOf(author)}`);
    return record?.resource.resourceType === 'Practitioner' ? displayName(record.resource) : null;
  }
}

/** A refused unit by any of its entries: a group is settled through the record that a person reads. */
export async function attentionOfUnit(
  store: RecordStore,
  mutationId: string,
): Promise<AttentionDetail | undefined> {
  const detail = await store.attention(mutationId);
  if (detail === undefined || READABLE.includes(detail.body.resourceType)) return detail;
  const unit = await store.exportUnit(mutationId);
  for (const type of READABLE) {
    const face = unit?.entries.find(({ key }) => key.startsWith(`${type}/`));
    if (face !== undefined) return await store.attention(face.mutationId);
  }
  return detail;
}

/** Names the texts that a person saw: the record's revision, and the server's version in a conflict. */
export function seenOf({ revision, conflict }: AttentionDetail): string {
  const { versionId, lastUpdated } = conflict?.theirs?.meta ?? {};
  return [revision, versionId ?? '', lastUpdated ?? ''].join(' ');
}

/** Whether no other text can go over this one at the server (C2). */
export function isFixed(resource: FhirResource): boolean {
  if (resource.resourceType === 'Composition') return resource.status !== 'preliminary';
  if (resource.resourceType !== 'Consent') return false;
  return resource.status === 'active' || resource.status === 'inactive';
}

function choicesOf({ choices, body, conflict }: AttentionDetail): readonly AttentionChoice[] {
  const theirs = conflict?.theirs ?? null;
  const theirsFixed = theirs !== null && isFixed(theirs);
  return choices.filter((choice) => {
    switch (choice) {
      case 'mend':
        return !isFixed(body) && fieldsOf(body).every(({ kind }) => kind !== 'whole');
      case 'decide':
      case 'return-to-draft':
        // Over what is signed at the server no other text goes, neither a chosen one nor one signed anew (C2).
        return !theirsFixed;
      case 'resend':
      case 'keep-theirs':
        return true;
    }
  });
}

function conflictView({ conflict, standing }: AttentionDetail): AttentionAnswer['conflict'] {
  if (conflict === null) return null;
  const { theirs } = conflict;
  return {
    fields: theirs === null ? [] : conflictFields({ ...conflict, theirs }, standing),
    gone: theirs === null,
    theirsSigned: theirs !== null && isFixed(theirs),
    theirsAt: theirs?.meta?.lastUpdated ?? null,
  };
}

function attentionRow(item: AttentionItem): AttentionRow {
  const [resourceType = '', resourceId = ''] = item.key.split('/');
  return {
    mutationId: item.mutationId,
    resourceType,
    resourceId,
    kind: item.kind,
    clientId: item.clientId,
    clientName: item.clientName,
    delivery: { state: 'parked', reason: item.reason.code },
    inConflict: item.inConflict,
    holds: item.holds,
  };
}

function dateOf(resource: FhirResource): string | null {
  if (resource.resourceType === 'Composition') return resource.date;
  if (resource.resourceType === 'Encounter') return resource.period?.start ?? null;
  return resource.resourceType === 'Consent' ? (resource.dateTime ?? null) : null;
}

function idOf(author: string): string {
  return author.replace('Practitioner/', '');
}
