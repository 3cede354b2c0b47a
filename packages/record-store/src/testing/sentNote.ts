import type { Composition } from '@fieldchart/clinical';
import { afterEach, beforeEach } from 'vitest';
import type { RecordStore } from '../index.ts';
import {
  AUTHOR,
  LIMITS,
  NOTE_KEY,
  note,
  openTestStore,
  patient,
  pulled,
  signature,
  signed,
  textsOf,
  visit,
} from './storeFixture.ts';

// A note that the server holds, what is written to it, and what is sent of it.

export let fixture: Awaited<ReturnType<typeof openTestStore>>;
export let store: RecordStore;

/** Hooks for a file of tests: a store of its own for each. */
export function openStoreForEachTest(): void {
  beforeEach(async () => {
    fixture = await openTestStore();
    ({ store } = fixture);
  });
  afterEach(async () => {
    await fixture.end();
  });
}

export const REFUSED = { code: 'business-rule', text: 'the plan is missing' };
export const BOB = 'Practitioner/p2';

/** A client, a visit and a note that the server holds at version 1. */
export async function onServer(texts: Record<string, string> = { data: 'first' }) {
  const entries = [patient(), visit(), note(texts)].map((resource) => pulled(resource, 1));
  await store.applyPage({ entries, cursor: 'c1' });
}
export async function revision(key = NOTE_KEY) {
  return (await store.get(key))?.revision ?? 0;
}
export async function write(resource: Composition, author = AUTHOR) {
  return await store.recordChange({ resource, basedOn: await revision() }, author);
}
export async function send() {
  const batch = await store.nextBatch(LIMITS);
  return batch?.entries ?? [];
}
export async function refuse() {
  const [entry] = await send();
  await store.park(entry?.mutationId ?? '', REFUSED);
  return entry?.mutationId ?? '';
}
export const sentTexts = async () => (await send()).map(({ body }) => textsOf(JSON.parse(body)));
export const superseded = async () =>
  (await store.database.all<{ resource: string }>('SELECT resource FROM superseded ORDER BY id')).map(
    ({ resource }) => JSON.parse(resource) as { resourceType: string; status?: string },
  );

export async function signOnServer() {
  await onServer();
  const final = signed(note({ data: 'signed' }));
  await store.recordGroup(
    [
      { resource: final, basedOn: await revision() },
      { resource: signature(final), basedOn: 0 },
    ],
    AUTHOR,
  );
  return await send();
}
export const noteId = (entries: readonly { readonly mutationId: string; readonly key: string }[]) =>
  entries.find(({ key }) => key === NOTE_KEY)?.mutationId ?? '';
