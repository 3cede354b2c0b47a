import {
  type Composition,
  type FhirResource,
  createCareTeam,
  createEncounter,
  createNote,
  createPatient,
  finalizeNote,
  noteSections,
  referencesOf,
  resourceKey,
  signatureProvenance,
  signedPayload,
  withNoteSections,
} from '@fieldchart/clinical';
import { createSeededRandom, randomUuid } from '@fieldchart/foundation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type TestDevice,
  type TestServer,
  openTestServer,
} from '../../apps/sync-server/src/testing/testServer.ts';
import { type Storage, openPGlite } from '../../apps/sync-server/src/storage/openStorage.ts';
import { createFaultyNetwork } from './faultyNetwork.ts';
import { type SimulatedDevice, openSimulatedDevice } from './simulatedDevice.ts';
import { signDetached } from './signDetached.ts';

const seeds =
  process.env['SEED'] === undefined
    ? Array.from({ length: Number(process.env['RUNS'] ?? 6) }, (_, index) => index + 1)
    : [Number(process.env['SEED'])];
const steps = 80;

let storage: Storage;

beforeAll(async () => {
  storage = await openPGlite();
}, 60_000);

afterAll(async () => {
  await storage.close();
});

for (const seed of seeds) {
  test(`D4, O3, O4, O6, O7: whatever the network does, what was saved arrives once and in order (SEED=${String(seed)})`, async () => {
    console.log(`replay with SEED=${String(seed)}`);
    const world = await createWorld(seed);
    try {
      for (let step = 0; step < steps; step += 1) await world.step();
      await world.calmDown();
      await world.check();
    } finally {
      await world.dispose();
    }
  });
}

interface Worker {
  readonly device: SimulatedDevice;
  readonly identity: TestDevice;
}

async function createWorld(seed: number) {
  const random = createSeededRandom(seed);
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random.fraction() * items.length)];
  const server: TestServer = await openTestServer(storage);
  const network = createFaultyNetwork(random);
  const open = async (name: string, identity: TestDevice, offset: number): Promise<Worker> => ({
    identity,
    device: await openSimulatedDevice({
      name,
      server,
      identity,
      seed: seed * 100 + offset,
      network: network.wrap,
    }),
  });
  const phone = await open('phone', server.ana, 1);
  const tablet = await open('tablet', await server.addDevice('ana'), 3);
  const stranger = await open('stranger', server.ben, 5);
  const writers = [phone, tablet];
  /** What was shown as saved: marks typed into each note. */
  const marks = new Map<string, string[]>();
  const saved = new Set<string>();
  /** Which devices wrote in each note: only where both did may anything be in conflict. */
  const editors = new Map<string, Set<string>>();
  const notesOf = new Map<Worker, string[]>([
    [phone, []],
    [tablet, []],
  ]);
  let marked = 0;

  const uuid = () => randomUuid(random);

  const registerClient = async ({ device, identity }: Worker) => {
    const clientId = uuid();
    const encounterId = uuid();
    const now = server.clock.now();
    const store = device.store();
    const author = identity.practitionerId;
    const people = { practitionerId: author, practitionerName: author, organizationId: 'org' };
    const patient = createPatient({
      id: clientId,
      organizationId: 'org',
      given: 'Noor',
      family: `Family${String(saved.size)}`,
      birthDate: '1980-02-03',
      gender: 'unknown',
      phone: '',
      line: '',
      city: '',
      state: '',
      postalCode: '',
      language: 'en',
    });
    const team = createCareTeam({
      id: uuid(),
      clientId,
      members: [{ practitionerId: author, name: author }],
      organizationId: 'org',
      startedAt: now,
    });
    const group = [patient, team].map((resource) => ({ resource, basedOn: 0 }));
    for (const { key } of await store.recordGroup(group, author)) saved.add(key);
    const visit = createEncounter({
      id: encounterId,
      clientId,
      ...people,
      place: 'HH',
      location: '',
      startedAt: now,
    });
    saved.add((await store.recordChange({ resource: visit, basedOn: 0 }, author)).key);
    const note = createNote({
      id: uuid(),
      clientId,
      encounterId,
      ...people,
      format: 'DAP',
      title: 'Note',
      now,
    });
    const outcome = await store.recordChange({ resource: note, basedOn: 0 }, author);
    saved.add(outcome.key);
    marks.set(outcome.key, []);
    editors.set(outcome.key, new Set([device.name]));
    notesOf.get(phone)?.push(outcome.key);
    notesOf.get(tablet)?.push(outcome.key);
  };

  const draft = async ({ device }: Worker, key: string | undefined) => {
    const record = key === undefined ? undefined : await device.store().get(key);
    const note = record?.resource as Composition | undefined;
    return record !== undefined && note?.status === 'preliminary' ? { record, note } : undefined;
  };

  const type = async (worker: Worker) => {
    const found = await draft(worker, pick(notesOf.get(worker) ?? []));
    if (found === undefined) return;
    marked += 1;
    const mark = `mark${String(marked)}.`;
    const text = noteSections(found.note)[0]?.text ?? '';
    const outcome = await worker.device.store().recordChange(
      {
        resource: withNoteSections(found.note, { data: `${text}${text === '' ? '' : ' '}${mark}` }),
        basedOn: found.record.revision,
        typing: random.fraction() < 0.7,
      },
      worker.identity.practitionerId,
    );
    marks.get(outcome.key)?.push(mark);
    editors.get(outcome.key)?.add(worker.device.name);
  };

  const sign = async (worker: Worker) => {
    const found = await draft(worker, pick(notesOf.get(worker) ?? []));
    if (found === undefined || found.record.inConflict || found.note.section === undefined) return;
    const author = worker.identity.practitionerId;
    const now = server.clock.now();
    const final = finalizeNote(found.note, { attesterId: author, now });
    const provenance = signatureProvenance({
      id: uuid(),
      targets: [final],
      signerId: author,
      organizationId: 'org',
      deviceId: worker.identity.id,
      when: now,
      jws: await signDetached(signedPayload([final]), worker.identity),
      type: 'author',
    });
    const group = [
      { resource: final, basedOn: found.record.revision },
      { resource: provenance, basedOn: 0 },
    ];
    for (const { key } of await worker.device.store().recordGroup(group, author)) saved.add(key);
    editors.get(resourceKey(final))?.add(worker.device.name);
  };

  const step = async () => {
    server.clock.advance(Math.floor(random.fraction() * 8000));
    const worker = pick(writers) ?? phone;
    const chance = random.fraction();
    if (chance < 0.07) await registerClient(worker);
    else if (chance < 0.6) await type(worker);
    else if (chance < 0.65) await sign(worker);
    else if (chance < 0.9) await worker.device.sync();
    else if (chance < 0.95) {
      const after = Math.floor(random.fraction() * 6);
      await worker.device.crashDuringSync({ after, delivered: random.fraction() < 0.5 });
    } else await stranger.device.sync();
  };

  const calmDown = async () => {
    network.calm();
    for (let round = 0; round < 12; round += 1) {
      server.clock.advance(130_000);
      for (const { device } of [...writers, stranger]) await device.sync();
    }
  };

  const check = async () => {
    expect(Object.keys(network.faults).length).toBeGreaterThan(2);
    for (const { device } of writers) {
      expect(device.lastProblem()).toBeNull();
      expect(await device.store().outboxCounts()).toMatchObject({ waiting: 0, attempted: 0 });
    }
    const unsent = new Set<string>();
    for (const { device } of writers) {
      for (const item of await device.store().listOutbox(1000)) unsent.add(item.key);
      for (const key of marks.keys()) if ((await device.store().conflictsOf(key)).length > 0) unsent.add(key);
    }
    console.log(
      JSON.stringify({ saved: saved.size, marks: marked, unsent: unsent.size, faults: network.faults }),
    );
    for (const key of unsent) {
      const contested = key.startsWith('Provenance/') || (editors.get(key)?.size ?? 0) > 1;
      expect(contested, `${key} is not sent, and nobody else wrote it`).toBe(true);
    }
    await checkServer({ saved, marks, unsent });
    await checkDevices({ writers, stranger, unsent });
  };

  const dispose = async () => {
    for (const { device } of [...writers, stranger]) await device.dispose();
    await server.app.close();
  };

  return { step, calmDown, check, dispose };
}

/** Everything that was saved is there once, in causal order, or visibly not sent. */
async function checkServer(facts: {
  readonly saved: ReadonlySet<string>;
  readonly marks: ReadonlyMap<string, readonly string[]>;
  readonly unsent: ReadonlySet<string>;
}): Promise<void> {
  const rows = await storage.db.selectFrom('history').selectAll().orderBy('sequence').execute();
  const held = new Map<string, FhirResource>();
  const mutations = new Set<string>();
  for (const row of rows) {
    for (const reference of referencesOf(row.body)) {
      expect(held.has(reference), `${row.type}/${row.id} before ${reference}`).toBe(true);
    }
    if (row.mutation_id !== null) {
      expect(mutations.has(row.mutation_id), 'one effect of each mutation').toBe(false);
      mutations.add(row.mutation_id);
    }
    const key = `${row.type}/${row.id}`;
    const before = held.get(key);
    if (row.type === 'Composition' && (before as Composition | undefined)?.status === 'final') {
      expect.fail(`${key} was changed after it was signed`);
    }
    held.set(key, row.body);
  }
  for (const key of facts.saved) expect(held.has(key) || facts.unsent.has(key), `${key} is lost`).toBe(true);
  for (const [key, marks] of facts.marks) {
    if (facts.unsent.has(key)) continue;
    const note = held.get(key) as Composition | undefined;
    const text = note === undefined ? '' : (noteSections(note)[0]?.text ?? '');
    for (const mark of marks) expect(text.split(mark).length - 1, `${mark} in ${key}: ${text}`).toBe(1);
  }
  // O6: a final note has its signature.
  const provenances = [...held.values()].filter((resource) => resource.resourceType === 'Provenance');
  for (const [key, resource] of held) {
    if (resource.resourceType !== 'Composition' || resource.status !== 'final') continue;
    expect(
      provenances.some((one) => referencesOf(one).includes(key)),
      `${key} without signature`,
    ).toBe(true);
  }
}

async function checkDevices(facts: {
  readonly writers: readonly Worker[];
  readonly stranger: Worker;
  readonly unsent: ReadonlySet<string>;
}): Promise<void> {
  const rows = await storage.db.selectFrom('resource').selectAll().execute();
  for (const row of rows) {
    const key = resourceKey(row.body);
    if (facts.unsent.has(key)) continue;
    for (const { device } of facts.writers) {
      const record = await device.store().get(key);
      expect(record?.versionId, `${key} on ${device.name}`).toBe(String(row.version));
      expect(withoutMeta(record?.resource), `${key} on ${device.name}`).toEqual(withoutMeta(row.body));
    }
    if (row.client_id !== null) {
      expect(await facts.stranger.device.store().get(key), `S3: ${key}`).toBeUndefined();
    }
  }
}

function withoutMeta(resource: FhirResource | undefined): object {
  const { meta: _, ...content } = { meta: undefined, ...resource };
  return content;
}
