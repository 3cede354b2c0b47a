import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Composition,
  type FhirResource,
  createCareTeam,
  createEncounter,
  createNote,
  createPatient,
  finalizeNote,
  resourceKey,
  signatureProvenance,
  withNoteSections,
} from '@fieldchart/clinical';
import { openNodeDatabase } from '@fieldchart/encrypted-sqlite/node';
import type { FhirClient } from '@fieldchart/fhir-sync';
import { createSeededRandom, randomUuid, silentLogger } from '@fieldchart/foundation';
import { createFakeClock } from '@fieldchart/foundation/testing';
import { type RecordStore, openRecordStore } from '@fieldchart/record-store';
import type { Interruption } from '../../../packages/fhir-sync/src/interruption.ts';
import { pull } from '../../../packages/fhir-sync/src/pullLoop.ts';
import { createPushLoop } from '../../../packages/fhir-sync/src/pushLoop.ts';

/** The real store on an encrypted file, and the real push and pull, over any client of the port. */
export interface IndependentDevice {
  readonly store: RecordStore;
  readonly keys: Readonly<Record<'client' | 'team' | 'visit' | 'note' | 'signature', string>>;
  push(): Promise<Interruption | undefined>;
  pull(): Promise<Interruption | undefined>;
  /** Waits until what failed alone may go again, and pushes. */
  pushLater(): Promise<Interruption | undefined>;
  /** Registers a client with a visit and a drafted note. */
  admit(): Promise<void>;
  /** Signs the note: note and signature are one group. */
  sign(): Promise<void>;
  /** Changes a record as a screen does: from what is held now. */
  edit(key: string, change: (resource: FhirResource) => FhirResource): Promise<void>;
  dispose(): Promise<void>;
}

const AUTHOR = 'ana';
const people = { practitionerId: AUTHOR, practitionerName: 'Ana Ruiz', organizationId: 'org' };

export async function openIndependentDevice(client: FhirClient, seed: number): Promise<IndependentDevice> {
  const directory = await mkdtemp(join(tmpdir(), 'fieldchart-independent-'));
  const clock = createFakeClock();
  const random = createSeededRandom(seed);
  const database = await openNodeDatabase({ directory })({ name: 'device.db', key: random.bytes(32) });
  const store = await openRecordStore({ database, clock, random, logger: silentLogger });
  const stopped = () => false;
  const loop = createPushLoop({
    store,
    client,
    clock,
    random,
    logger: silentLogger,
    stopped,
    onSending: () => {},
  });
  const ids = { client: randomUuid(random), visit: randomUuid(random), note: randomUuid(random) };
  const others = { team: randomUuid(random), signature: randomUuid(random) };

  const held = async (key: string) => {
    const record = await store.get(key);
    if (record === undefined) throw new Error(`${key} is not on the device`);
    return record;
  };

  const device: IndependentDevice = {
    store,
    keys: {
      client: `Patient/${ids.client}`,
      team: `CareTeam/${others.team}`,
      visit: `Encounter/${ids.visit}`,
      note: `Composition/${ids.note}`,
      signature: `Provenance/${others.signature}`,
    },
    push: () => loop.run(),
    pull: () => pull({ store, client, seal: () => Promise.resolve(null), logger: silentLogger, stopped }),
    pushLater() {
      clock.set(loop.nextRetryAt() ?? clock.now());
      return loop.run();
    },
    async admit() {
      const now = clock.now();
      const patient = createPatient({ id: ids.client, ...identity });
      const team = createCareTeam({
        id: others.team,
        clientId: ids.client,
        members: [{ practitionerId: AUTHOR, name: people.practitionerName }],
        organizationId: 'org',
        startedAt: now,
      });
      const group = [patient, team].map((resource) => ({ resource, basedOn: 0 }));
      await store.recordGroup(group, AUTHOR);
      const of = { clientId: ids.client, ...people };
      const visit = createEncounter({ id: ids.visit, ...of, place: 'HH', location: '', startedAt: now });
      await store.recordChange({ resource: visit, basedOn: 0 }, AUTHOR);
      const note = createNote({
        id: ids.note,
        ...of,
        encounterId: ids.visit,
        format: 'DAP',
        title: 'Note',
        now,
      });
      await store.recordChange(
        { resource: withNoteSections(note, { data: 'Seen at home.' }), basedOn: 0 },
        AUTHOR,
      );
    },
    async sign() {
      const record = await held(device.keys.note);
      const now = clock.now();
      const final = finalizeNote(record.resource as Composition, { attesterId: AUTHOR, now });
      const provenance = signatureProvenance({
        id: others.signature,
        targets: [final],
        signerId: AUTHOR,
        organizationId: 'org',
        deviceId: 'device',
        when: now,
        // Nobody there verifies it.
        jws: 'e30..c2ln',
        type: 'author',
      });
      const group = [
        { resource: final, basedOn: record.revision },
        { resource: provenance, basedOn: 0 },
      ];
      await store.recordGroup(group, AUTHOR);
    },
    async edit(key, change) {
      const record = await held(key);
      const resource = change(record.resource);
      if (resourceKey(resource) !== key) throw new Error('An edit keeps its record');
      await store.recordChange({ resource, basedOn: record.revision }, AUTHOR);
    },
    async dispose() {
      await store.database.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return device;
}

const identity = {
  organizationId: 'org',
  given: 'Noor',
  family: 'Haddad',
  birthDate: '1980-02-03',
  gender: 'unknown',
  phone: '',
  line: '',
  city: 'Taos',
  state: '',
  postalCode: '',
  language: 'en',
} as const;
