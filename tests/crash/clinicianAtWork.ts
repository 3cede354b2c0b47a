import { type Composition, type FhirResource, type ResourceKey, resourceKey } from '@fieldchart/clinical';
import { createSeededRandom, randomUuid } from '@fieldchart/foundation';
import type { Change, RecordStore } from '@fieldchart/record-store';
import {
  AUTHOR,
  companionId,
  editOf,
  type NotePlace,
  noteOf,
  patientOf,
  SECTION,
  signedNoteOf,
  visitOf,
} from './chart.ts';
import type { Report, Saved } from './reports.ts';

/** Tells the outside; returns only when it has been told. */
export type Tell = (report: Report) => Promise<void> | void;

const SECONDS = '2026-11-22T00:00:00.000Z';

/**
 * A clinician and a sync engine at work on a store, as a seed decides: clients, visits, notes typed keystroke by
 * keystroke, notes signed together with others, attempts and their acknowledgements. Each step is one call of the
 * store; it is told before it begins, and what it saved after its promise resolved. Goes on where an earlier
 * process was killed.
 */
export async function clinicianAtWork(
  store: RecordStore,
  seed: number,
  tell: Tell,
): Promise<{ readonly step: () => Promise<void> }> {
  const random = createSeededRandom(seed);
  const pick = (below: number) => Math.floor(random.fraction() * below);
  const open = new Map<ResourceKey, { edit: number; revision: number; place: NotePlace }>();
  let client: { readonly id: string; edit: number; revision: number } | undefined;
  let visit: string | undefined;
  const attempted = new Set<string>();
  let step = 0;
  let versions = 0;

  const commit = async (work: () => Promise<Saved>) => {
    step += 1;
    await tell({ kind: 'begun', step });
    const saved = await work();
    await tell({ kind: 'saved', step, ...saved });
  };
  const change = async (resource: FhirResource, rest: Omit<Change, 'resource'>) => {
    const { key, revision } = await store.recordChange({ resource, ...rest }, AUTHOR);
    return { revision, saved: { records: [{ key, edit: editOf(resource) }] } };
  };

  const register = async () => {
    const id = randomUuid(random);
    await commit(async () => {
      const { revision, saved } = await change(patientOf(id, 1), { basedOn: 0 });
      client = { id, edit: 1, revision };
      visit = undefined;
      return saved;
    });
  };
  const correctClient = async (known: NonNullable<typeof client>) => {
    const edit = known.edit + 1;
    await commit(async () => {
      const { revision, saved } = await change(patientOf(known.id, edit), { basedOn: known.revision });
      client = { id: known.id, edit, revision };
      return saved;
    });
  };
  const visitClient = async (clientId: string) => {
    const id = randomUuid(random);
    await commit(async () => {
      const { saved } = await change(visitOf(id, clientId), { basedOn: 0 });
      visit = id;
      return saved;
    });
  };
  const beginNote = async (clientId: string, encounterId: string) => {
    const place = { id: `a${randomUuid(random).slice(1)}`, clientId, encounterId };
    await type({ edit: 0, revision: 0, place });
  };
  const type = async (note: { edit: number; revision: number; place: NotePlace }) => {
    const edit = note.edit + 1;
    const resource = noteOf(note.place, edit);
    await commit(async () => {
      const rest = { basedOn: note.revision, position: cursorOf(edit), typing: true };
      const { revision, saved } = await change(resource, rest);
      open.set(resourceKey(resource), { edit, revision, place: note.place });
      return saved;
    });
  };
  const sign = async (key: ResourceKey, note: { edit: number; revision: number; place: NotePlace }) => {
    const companion = { ...note.place, id: companionId(note.place.id) };
    const changes = [
      { resource: signedNoteOf(note.place, note.edit), basedOn: note.revision },
      { resource: noteOf(companion, 1), basedOn: 0, position: cursorOf(1) },
    ];
    await commit(async () => {
      await store.recordGroup(changes, AUTHOR);
      open.delete(key);
      return {
        records: changes.map(({ resource }) => ({ key: resourceKey(resource), edit: editOf(resource) })),
      };
    });
  };
  const send = async (key: ResourceKey | undefined) => {
    if (key !== undefined) {
      await commit(async () => {
        await store.settle(key);
        return {};
      });
    }
    await commit(async () => {
      const batch = await store.nextBatch({ entries: 1 + pick(5), bytes: 200_000 });
      const entries = batch?.entries ?? [];
      for (const { mutationId } of entries) attempted.add(mutationId);
      return { attempted: entries.map(({ mutationId, body }) => ({ mutationId, body })) };
    });
  };
  const receive = async (mutationId: string) => {
    versions += 1;
    await commit(async () => {
      await store.acknowledge([
        { mutationId, version: { versionId: String(versions), serverTime: SECONDS } },
      ]);
      attempted.delete(mutationId);
      return { acknowledged: [mutationId] };
    });
  };

  // What an earlier process left.
  const found = await store.database.all<{ key: string }>('SELECT key FROM records ORDER BY key');
  for (const { key } of found) {
    const record = await store.get(key);
    if (record === undefined) continue;
    const { resource, revision } = record;
    const edit = editOf(resource);
    if (resource.resourceType === 'Patient') client = { id: resource.id ?? '', edit, revision };
    if (isDraft(resource)) open.set(key, { edit, revision, place: placeOf(resource) });
  }
  const waiting = await store.database.all<{ id: string }>(
    "SELECT id FROM outbox WHERE state = 'attempted' ORDER BY sequence",
  );
  for (const { id } of waiting) attempted.add(id);
  const [receipts] = await store.database.all<{ count: number }>('SELECT count(*) AS count FROM receipts');
  versions = receipts?.count ?? 0;

  return {
    async step() {
      if (client === undefined || pick(60) === 0) {
        await register();
        return;
      }
      if (visit === undefined) {
        await visitClient(client.id);
        return;
      }
      const notes = [...open];
      const current = notes[pick(Math.min(2, notes.length))];
      const acknowledged = [...attempted][0];
      const choice = pick(100);
      if (current === undefined || choice < 4) await beginNote(client.id, visit);
      else if (choice < 10) await sign(...current);
      else if (choice < 20) await send(choice < 16 ? current[0] : undefined);
      else if (choice < 30 && acknowledged !== undefined) await receive(acknowledged);
      else if (choice < 33) await correctClient(client);
      else await type(current[1]);
    },
  };
}

function cursorOf(edit: number) {
  return { section: SECTION, selectionStart: edit, selectionEnd: edit, scroll: 0 };
}

function isDraft(resource: FhirResource): resource is Composition {
  return (
    resource.resourceType === 'Composition' &&
    resource.status === 'preliminary' &&
    (resource.id ?? '').startsWith('a')
  );
}

function placeOf(note: Composition): NotePlace {
  return {
    id: note.id ?? '',
    clientId: note.subject?.reference?.split('/')[1] ?? '',
    encounterId: note.encounter?.reference?.split('/')[1] ?? '',
  };
}
