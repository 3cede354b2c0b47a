import { type FhirResource, displayName, noteSections } from '@fieldchart/clinical';
import type { Clock } from '@fieldchart/foundation';
import type { OutboxItem, Receipt, RecordStore, StoredRecord } from '@fieldchart/record-store';
import { ATTENTION_ROWS, createAttentionAnswers } from './attentionAnswers.ts';
import type {
  Answer,
  CaseloadAnswer,
  ChartAnswer,
  ConsentAnswer,
  Delivery,
  FoundNotesAnswer,
  NoteAnswer,
  NoteCount,
  NoteSummary,
  OutboxAnswer,
  OutboxRow,
  Query,
} from './api.ts';
import { chosenGroups } from './chosenGroups.ts';
import { consentSummary } from './consentSummary.ts';
import { loadEmergencyMarks } from './emergencyMarks.ts';
import { likelyDuplicates } from './likelyDuplicates.ts';
import { sectionLabelKey } from './noteLabels.ts';
import { signatureOf, summaryOfNote } from './noteSummary.ts';
import { personOf } from './personOf.ts';
import { noteSnippet, toNoteQuery } from './noteSearch.ts';
import { standingOf } from './standing.ts';
import { visitSummary } from './visitSummary.ts';

/** Rows of each part of the sync page. */
const outboxRows = 200;
const sentRows = 50;

/** Answers the screens' queries from the record store. */
export function createAnswers(store: RecordStore, practitionerId: string, clock: Clock) {
  const attention = createAttentionAnswers(store, practitionerId);
  const answers = {
    async caseload(query: Extract<Query, { kind: 'caseload' }>): Promise<CaseloadAnswer> {
      const { kind: _, groups, ...asked } = query;
      const [{ rows, total, next }, refused, marks] = await Promise.all([
        store.listClients({ ...asked, groups: chosenGroups(groups ?? {}), practitionerId }),
        attention.rows(),
        loadEmergencyMarks(store.database, clock.now()),
      ]);
      const needing = new Set(refused.map(({ clientId }) => clientId));
      const shown = rows.map((row) => ({
        ...row,
        needsYou: needing.has(row.clientId),
        emergencyUntil: marks[row.clientId] ?? null,
      }));
      return { rows: shown, total, next };
    },

    async likelyDuplicates(
      query: Extract<Query, { kind: 'likely-duplicates' }>,
    ): Promise<Answer<typeof query>> {
      return { rows: await likelyDuplicates(store, practitionerId, query) };
    },

    async foundNotes(asked: Extract<Query, { kind: 'found-notes' }>): Promise<FoundNotesAnswer> {
      const query = toNoteQuery(asked, clock.now());
      const { limit, after } = asked;
      const { notes, next } = await store.searchNotes(query, {
        limit,
        ...(after === undefined ? {} : { after }),
      });
      return {
        rows: notes.map((record) => ({
          ...noteSummary(record, practitionerId),
          clientId: record.clientId ?? '',
          clientName: record.clientName ?? '',
          snippet: noteSnippet(as(record.resource, 'Composition'), query),
        })),
        next,
      };
    },

    async countNotes(asked: Extract<Query, { kind: 'count-notes' }>): Promise<NoteCount> {
      return await store.countNotes(toNoteQuery(asked, clock.now()));
    },

    async chart({ clientId }: { readonly clientId: string }): Promise<ChartAnswer | null> {
      const chart = await store.chart(clientId);
      if (chart === undefined) return null;
      const patient = as(chart.client.resource, 'Patient');
      return {
        ...personOf(patient),
        clientId,
        delivery: deliveryOf(chart.client),
        conditions: chart.conditions.map((record) => conditionOf(record)),
        visits: chart.visits.map((record) => ({
          ...visitSummary(as(record.resource, 'Encounter')),
          delivery: deliveryOf(record),
        })),
        notes: chart.notes.map((record) => noteSummary(record, practitionerId)),
        consents: chart.consents.map((record) => consentOf(record)),
        attention: (await attention.rows()).filter((row) => row.clientId === clientId),
        older: await store.agedOutOf(clientId),
        emergencyUntil: (await loadEmergencyMarks(store.database, clock.now()))[clientId] ?? null,
      };
    },

    async note({ noteId }: { readonly noteId: string }): Promise<NoteAnswer | null> {
      const record = await store.get(`Composition/${noteId}`);
      if (record === undefined) return null;
      const note = as(record.resource, 'Composition');
      const clientId = idIn(note.subject?.reference) ?? '';
      const client = await store.get(`Patient/${clientId}`);
      return {
        ...noteSummary(record, practitionerId),
        revision: record.revision,
        clientId,
        clientName: client === undefined ? '' : displayName(as(client.resource, 'Patient')),
        sections: noteSections(note).map(({ code, text }) => ({
          code,
          text,
          labelKey: sectionLabelKey(code),
        })),
        ...signatureOf(note),
        inConflict: record.inConflict,
        attentionId: await attentionIdOf(record),
      };
    },

    async consent({ consentId }: { readonly consentId: string }): Promise<ConsentAnswer | null> {
      const record = await store.get(`Consent/${consentId}`);
      if (record === undefined) return null;
      const consent = as(record.resource, 'Consent');
      const clientId = idIn(consent.patient?.reference) ?? '';
      const client = await store.get(`Patient/${clientId}`);
      return {
        ...consentOf(record),
        clientId,
        clientName: client === undefined ? '' : displayName(as(client.resource, 'Patient')),
        pdf: consent.sourceAttachment?.data ?? null,
        attentionId: await attentionIdOf(record),
      };
    },

    async outbox(): Promise<OutboxAnswer> {
      const [items, counts, receipts, needsYou, handedOver] = await Promise.all([
        store.listOutbox(outboxRows),
        store.outboxCounts(),
        store.recentReceipts(sentRows),
        attention.rows(),
        store.recentHandovers(sentRows),
      ]);
      const rowsIn = (...states: readonly OutboxItem['state'][]) =>
        items
          .filter(({ state }) => states.includes(state))
          .map((item) => outboxRow(item, itemDelivery(item)));
      return {
        waiting: rowsIn('waiting', 'attempted'),
        needsYou,
        held: rowsIn('held'),
        sent: receipts.map((receipt) => outboxRow(receipt, { state: 'received', ...receiptOf(receipt) })),
        handedOver,
        counts: {
          waiting: counts.waiting + counts.attempted,
          // Units are counted, not their entries; beyond what is listed only the entries are known.
          needsYou: needsYou.length < ATTENTION_ROWS ? needsYou.length : counts.parked,
          held: counts.held,
        },
      };
    },
  };

  /** Most records need nobody, and the list of those that do is not read for them. */
  async function attentionIdOf(record: StoredRecord): Promise<string | null> {
    return record.sync === 'parked' || record.inConflict ? await attention.attentionIdOf(record.key) : null;
  }

  return async function answer<Q extends Query>(query: Q): Promise<Answer<Q>> {
    // Each kind's answer is of the type that `Answer` maps it to; the compiler cannot follow the mapping.
    switch (query.kind) {
      case 'likely-duplicates':
        return (await answers.likelyDuplicates(query)) as Answer<Q>;
      case 'client-groups':
        return (await store.clientGroups()) as Answer<Q>;
      case 'found-notes':
        return (await answers.foundNotes(query)) as Answer<Q>;
      case 'count-notes':
        return (await answers.countNotes(query)) as Answer<Q>;
      case 'note-choices':
        return (await store.noteChoices(query.clientId)) as Answer<Q>;
      case 'caseload':
        return (await answers.caseload(query)) as Answer<Q>;
      case 'chart':
        return (await answers.chart(query)) as Answer<Q>;
      case 'standing':
        return standingOf(await store.standing(query.clientId), clock.now()) as Answer<Q>;
      case 'note':
        return (await answers.note(query)) as Answer<Q>;
      case 'consent':
        return (await answers.consent(query)) as Answer<Q>;
      case 'outbox':
        return (await answers.outbox()) as Answer<Q>;
      case 'attention':
        return (await attention.attention(query.mutationId)) as Answer<Q>;
      case 'explanations':
        return (await attention.explanations(query.mutationIds)) as Answer<Q>;
    }
  };
}

type Of<Type extends FhirResource['resourceType']> = Extract<FhirResource, { resourceType: Type }>;

function as<Type extends FhirResource['resourceType']>(resource: FhirResource, type: Type): Of<Type> {
  if (resource.resourceType !== type)
    throw new TypeError(`Expected a ${type}, found a ${resource.resourceType}`);
  return resource as Of<Type>;
}

function idIn(reference: string | undefined): string | undefined {
  return reference?.split('/')[1];
}

function deliveryOf(record: StoredRecord): Delivery {
  switch (record.sync) {
    case 'waiting':
      return { state: 'waiting' };
    case 'attempted':
      return { state: 'sending' };
    case 'parked':
      return { state: 'parked', reason: record.reason?.code ?? 'unknown' };
    case 'held':
      return { state: 'held' };
    case 'none':
    case 'acknowledged':
      return record.receipt === null
        ? { state: 'server' }
        : { state: 'received', ...receiptOf(record.receipt) };
  }
}

function receiptOf(version: { readonly versionId: string; readonly serverTime: string }) {
  return { versionId: version.versionId, serverTime: version.serverTime };
}

function itemDelivery(item: OutboxItem): Delivery {
  switch (item.state) {
    case 'waiting':
      return { state: 'waiting' };
    case 'attempted':
      return { state: 'sending' };
    case 'parked':
      return { state: 'parked', reason: item.reason?.code ?? 'unknown' };
    case 'held':
      return { state: 'held' };
  }
}

function outboxRow(item: OutboxItem | Receipt, delivery: Delivery): OutboxRow {
  const [resourceType = '', resourceId = ''] = item.key.split('/');
  return {
    mutationId: item.mutationId,
    resourceType,
    resourceId,
    kind: item.kind,
    clientId: item.clientId,
    clientName: item.clientName,
    delivery,
  };
}

function conditionOf(record: StoredRecord): ChartAnswer['conditions'][number] {
  const condition = as(record.resource, 'Condition');
  const coding = condition.code?.coding?.[0];
  return {
    id: condition.id,
    text: condition.code?.text ?? coding?.display ?? coding?.code ?? '',
    code: coding?.code ?? null,
  };
}

function noteSummary(record: StoredRecord, practitionerId: string): NoteSummary {
  const note = as(record.resource, 'Composition');
  return { ...summaryOfNote(note, practitionerId), delivery: deliveryOf(record) };
}

function consentOf(record: StoredRecord): ChartAnswer['consents'][number] {
  return { ...consentSummary(as(record.resource, 'Consent')), delivery: deliveryOf(record) };
}
