import {
  type Composition,
  type Consent,
  displayName,
  type Encounter,
  type FhirResource,
  noteSearchForm,
  noteSections,
  type Patient,
  resourceKey,
  type ResourceKey,
} from '@fieldchart/clinical';
import { readFromServer, searchServer, type ServerProblem, type ServerQuestion } from '@fieldchart/fhir-sync';
import { type Clock, type Result, fail, ok } from '@fieldchart/foundation';
import type { RecordStore } from '@fieldchart/record-store';
import { consentSummary } from './consentSummary.ts';
import { sectionLabelKey } from './noteLabels.ts';
import { signatureOf, summaryOfNote } from './noteSummary.ts';
import type { Online, ServerClient, ServerRows } from './onlineViews.ts';
import { personOf } from './personOf.ts';
import { clientIdOf, whereFound } from './serverHits.ts';
import { standingOf } from './standing.ts';
import type { RunningSync } from './startSync.ts';
import { visitSummary } from './visitSummary.ts';

/** Rows that one request brings. */
const PAGE = 50;
/** Nobody has more flags than that; the server answers in one page. */
const MOST_FLAGS = 200;

export interface ReadOnServerDeps {
  readonly store: Pick<RecordStore, 'knownHere'>;
  readonly sync: Pick<RunningSync, 'transport'>;
  readonly clock: Clock;
  readonly practitionerId: string;
  /** Resolves when the session ends. */
  readonly cancelled: Promise<void>;
  /** Told of what a reading leads to. */
  readonly onFound: (keys: readonly ResourceKey[]) => void;
}

/**
 * Reads single records from the server to look at, and writes none of them to the disk: the server audits each reading,
 * and what is shown is forgotten with the screen.
 */
export function createReadOnServer(
  deps: ReadOnServerDeps,
): Pick<Online, 'readNoteOnServer' | 'readClientOnServer'> {
  const { sync, cancelled, practitionerId } = deps;
  const read = (type: FhirResource['resourceType'], id: string) =>
    readFromServer(sync.transport, { type, id }, cancelled);
  const ask = (question: ServerQuestion) => searchServer(sync.transport, question, cancelled);

  /** Whom a screen is about, and what to beware of with them: never one without the other. */
  const readPerson = async (
    clientId: string,
  ): Promise<Result<{ patient: Patient; risks: ServerClient['risks'] }, ServerProblem>> => {
    const form = `patient=${encodeURIComponent(clientId)}&_count=${MOST_FLAGS}`;
    const [patient, flags] = await Promise.all([read('Patient', clientId), ask({ type: 'Flag', form })]);
    if (!patient.ok) return patient;
    if (!flags.ok) return flags;
    const found = flags.value.matches.map(({ resource }) => resource);
    return ok({ patient: patient.value as Patient, risks: standingOf(found, deps.clock.now()).risks });
  };

  const readRows = async <Row>(
    question: ServerQuestion,
    toRow: (resource: FhirResource) => Row,
  ): Promise<Result<ServerRows<Row>, ServerProblem>> => {
    const page = await ask(question);
    if (!page.ok) return page;
    const { matches, next } = page.value;
    deps.onFound(matches.map(({ resource }) => resourceKey(resource)));
    return ok({
      rows: matches.map(({ resource }) => toRow(resource)),
      next: next === null ? null : () => readRows(next, toRow),
    });
  };
  const toNote = (resource: FhirResource) => ({
    ...summaryOfNote(resource as Composition, practitionerId),
    delivery: { state: 'server' as const },
  });

  return {
    async readClientOnServer(clientId) {
      const person = await readPerson(clientId);
      if (!person.ok) return person;
      const newest = `patient=${encodeURIComponent(clientId)}&_sort=-date&_count=${PAGE}`;
      const [notes, visits, consents] = await Promise.all([
        readRows({ type: 'Composition', form: noteSearchForm({ text: '', clientId }, PAGE) }, toNote),
        readRows({ type: 'Encounter', form: newest }, (one) => visitSummary(one as Encounter)),
        readRows({ type: 'Consent', form: newest }, (one) => consentSummary(one as Consent)),
      ]);
      if (!notes.ok) return notes;
      if (!visits.ok) return visits;
      if (!consents.ok) return consents;
      const { patient, risks } = person.value;
      return ok({
        clientId,
        ...personOf(patient),
        risks,
        notes: notes.value,
        visits: visits.value,
        consents: consents.value,
      });
    },

    async readNoteOnServer(noteId) {
      const found = await read('Composition', noteId);
      if (!found.ok) return found;
      const note = found.value as Composition;
      const clientId = clientIdOf(note);
      if (clientId === '') return fail({ kind: 'unreadable' });
      const person = await readPerson(clientId);
      if (!person.ok) return person;
      deps.onFound([`Patient/${clientId}`]);
      const key = `Composition/${noteId}`;
      const known = await deps.store.knownHere([key, `Patient/${clientId}`]);
      const { preview: _, ...summary } = summaryOfNote(note, practitionerId);
      return ok({
        ...summary,
        ...signatureOf(note),
        clientId,
        clientName: displayName(person.value.patient),
        sections: noteSections(note).map(({ code, text }) => ({
          code,
          text,
          labelKey: sectionLabelKey(code),
        })),
        risks: person.value.risks,
        where: whereFound({ key, clientId }, known),
      });
    },
  };
}
