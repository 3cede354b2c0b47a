import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Composition,
  createEncounter,
  createNote,
  createPatient,
  type FhirResource,
  finalizeNote,
  noteSections,
  resourceKey,
  signatureProvenance,
  withNoteSections,
} from '@fieldchart/clinical';
import type { Database } from '@fieldchart/encrypted-sqlite';
import { openNodeDatabase } from '@fieldchart/encrypted-sqlite/node';
import { createSeededRandom, silentLogger } from '@fieldchart/foundation';
import { createFakeClock } from '@fieldchart/foundation/testing';
import { openRecordStore, type PulledVersion, type RecordStore } from '../index.ts';

export const AUTHOR = 'Practitioner/p1';
export const CLIENT = '10000000-0000-4000-8000-000000000001';
export const VISIT = '20000000-0000-4000-8000-000000000001';
export const NOTE = '30000000-0000-4000-8000-000000000001';
export const NOTE_KEY = `Composition/${NOTE}`;
export const START = 1_790_000_000_000;

/** A store on the real Node adapter in a folder of its own, that can be reopened as after a restart. */
export async function openTestStore(wrap: (database: Database) => Database = (database) => database) {
  const directory = mkdtempSync(join(tmpdir(), 'fieldchart-store-'));
  const clock = createFakeClock(START);
  const random = createSeededRandom(7);
  const openDatabase = async () =>
    await openNodeDatabase({ directory })({ name: 'records.db', key: new Uint8Array(32).fill(3) });
  const openOn = async (database: Database) =>
    await openRecordStore({ database, clock, random, logger: silentLogger });
  let store: RecordStore = await openOn(wrap(await openDatabase()));
  return {
    directory,
    clock,
    openDatabase,
    openOn,
    get store() {
      return store;
    },
    async restart(): Promise<RecordStore> {
      await store.database.close();
      store = await openOn(wrap(await openDatabase()));
      return store;
    },
    async end(): Promise<void> {
      await store.database.close().catch(() => {});
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export function patient(given = 'Ana', id = CLIENT) {
  return createPatient({
    id,
    organizationId: 'org',
    given,
    family: 'Núñez',
    birthDate: '1980-04-02',
    gender: 'female',
    phone: '(555) 010-2030',
    line: '1 Main St',
    city: 'Taos',
    state: 'NM',
    postalCode: '87571',
    language: 'es',
  });
}

export function visit(id = VISIT, clientId = CLIENT, startedAt = START) {
  return createEncounter({
    id,
    clientId,
    practitionerId: 'p1',
    practitionerName: 'Pat One',
    organizationId: 'org',
    place: 'HH',
    location: '',
    startedAt,
  });
}

export function note(
  texts: Readonly<Record<string, string>> = {},
  id = NOTE,
  clientId = CLIENT,
): Composition {
  const empty = createNote({
    id,
    clientId,
    encounterId: VISIT,
    practitionerId: 'p1',
    practitionerName: 'Pat One',
    organizationId: 'org',
    format: 'DAP',
    title: 'Progress note',
    now: START,
  });
  return withNoteSections(empty, texts);
}

export const signed = (draft: Composition): Composition =>
  finalizeNote(draft, { attesterId: 'p1', now: START });

/** The author's signature on a note. */
export const signature = (target: Composition) =>
  signatureProvenance({
    id: '40000000-0000-4000-8000-000000000001',
    targets: [target],
    signerId: 'p1',
    organizationId: 'org',
    deviceId: 'd1',
    when: START,
    jws: 'a.b.c',
    type: 'author',
  });

/** What a note says, by the codes of its sections that are not empty. */
export const textsOf = (resource: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    noteSections(resource as Composition).flatMap(({ code, text }) => (text === '' ? [] : [[code, text]])),
  );

export function pulled(resource: FhirResource, version: number, mutationId?: string): PulledVersion {
  return {
    kind: 'version',
    key: resourceKey(resource),
    resource,
    versionId: String(version),
    serverTime: serverTime(version),
    ...(mutationId === undefined ? {} : { mutationId }),
  };
}

export const serverTime = (version: number) =>
  `2026-11-22T00:00:${String(version % 60).padStart(2, '0')}.000Z`;
export const LIMITS = { entries: 100, bytes: 1_000_000 };
