import {
  type Composition,
  type Encounter,
  type FhirResource,
  clientOf,
  createCareTeam,
  createEncounter,
  createNote,
  createPatient,
  finalizeNote,
  finishEncounter,
  noteSections,
  resourceKey,
  signatureProvenance,
  signedPayload,
  withNoteSections,
} from '@fieldchart/clinical';
import { createSeededRandom, isCodedError, randomUuid } from '@fieldchart/foundation';
import type { StoredRecord } from '@fieldchart/record-store';
import type { Chronicle } from './chronicle.ts';
import { attend } from './attending.ts';
import type { Device } from './device.ts';
import { type Hands, NOBODY, pick } from './hands.ts';
import type { PersonsStep } from './plan.ts';
import type { Scheduler } from './scheduler.ts';
import { ORGANIZATION } from './server/simulatedServer.ts';

type Action = (hands: Hands) => Promise<void>;

/** What a person does on a device, by the step that says so. */
const actions: Readonly<Record<PersonsStep, Action>> = {
  register,
  visit,
  write,
  type,
  leave,
  sign,
  close,
  amend,
  'edit-client': editClient,
  'edit-visit': editVisit,
  mistake,
  poison,
  attend,
  tap: async ({ life }) => await life.engine.syncNow(),
  'fetch-older': fetchOlder,
};

/** Refusals that a person is told of: what they did is then not shown as saved. */
const toldOf = [
  'STORE_SIGNED',
  'STORE_CONFLICT_OPEN',
  'STORE_WRONG_BASE',
  'STORE_NOT_PARKED',
  'STORE_NOT_A_NOTE',
  'DATABASE_FULL',
];

/** Performs a person's step. */
export function act(
  step: { readonly kind: PersonsStep; readonly dice: number },
  device: Device,
  chronicle: Chronicle,
  scheduler: Scheduler,
): void {
  const action = actions[step.kind];
  device.perform(async (life) => {
    const random = createSeededRandom(Math.floor(step.dice * 2 ** 31));
    try {
      await action({ device, life, chronicle, scheduler, random });
    } catch (error) {
      if (!isCodedError(error) || !toldOf.includes(error.code)) throw error;
      scheduler.note(`${device.name} is told ${error.code}`);
      // What stood on the screen is read anew.
      life.editors.clear();
    }
  });
}

function people({ device }: Hands) {
  const { practitionerId } = device;
  return { practitionerId, practitionerName: practitionerId, organizationId: ORGANIZATION };
}

/** Commits changes and, once that is done, notes that the person was shown so. */
async function save(
  hands: Hands,
  change: {
    readonly before?: StoredRecord | undefined;
    readonly written: readonly FhirResource[];
    readonly group?: boolean;
  },
): Promise<void> {
  const { life, device, chronicle } = hands;
  const { before, written } = change;
  const changes = written.map((resource) => ({
    resource,
    basedOn: before?.key === resourceKey(resource) ? before.revision : 0,
  }));
  const [first] = changes;
  if (first === undefined) return;
  const shown = before === undefined ? [] : [before.resource];
  const told = { device: device.name, practitionerId: device.practitionerId, shown, written };
  chronicle.trying(told);
  if (change.group === true) await life.store.recordGroup(changes, device.practitionerId);
  else await life.store.recordChange(first, device.practitionerId);
  chronicle.saved(told);
}

async function register(hands: Hands): Promise<void> {
  const { device, chronicle, random, scheduler } = hands;
  const clientId = randomUuid(random);
  const patient = createPatient({
    id: clientId,
    organizationId: ORGANIZATION,
    given: 'Noor',
    family: chronicle.newMark(),
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
    id: randomUuid(random),
    clientId,
    members: [{ practitionerId: device.practitionerId, name: chronicle.newMark() }],
    organizationId: ORGANIZATION,
    startedAt: scheduler.now(),
  });
  await save(hands, { written: [patient, team], group: true });
}

async function someClient(hands: Hands): Promise<string | undefined> {
  const { life, device } = hands;
  const query = { sort: 'name', limit: 50, practitionerId: device.practitionerId } as const;
  return pick(hands, (await life.store.listClients(query)).rows)?.clientId;
}

async function someChart(hands: Hands) {
  const clientId = await someClient(hands);
  return clientId === undefined ? undefined : await hands.life.store.chart(clientId);
}

async function fetchOlder(hands: Hands): Promise<void> {
  const { store, engine } = hands.life;
  const away = await store.database.all<{ client_id: string }>('SELECT DISTINCT client_id FROM aged_out');
  const client = pick(hands, away);
  if (client === undefined) return;
  await store.fetchBack(client.client_id);
  await engine.syncNow();
}

async function visit(hands: Hands): Promise<void> {
  const clientId = await someClient(hands);
  if (clientId === undefined) return;
  await save(hands, { written: [newVisit(hands, clientId)] });
}

function newVisit(hands: Hands, clientId: string) {
  return createEncounter({
    id: randomUuid(hands.random),
    clientId,
    ...people(hands),
    place: 'HH',
    location: hands.chronicle.newMark(),
    startedAt: hands.scheduler.now(),
  });
}

async function write(hands: Hands): Promise<void> {
  const encounter = pick(hands, (await someChart(hands))?.visits ?? [])?.resource;
  if (encounter?.resourceType !== 'Encounter') return;
  await save(hands, { written: [newNote(hands, encounter, {})] });
}

function newNote(hands: Hands, encounter: Encounter, more: Partial<Composition>): Composition {
  const note = createNote({
    id: randomUuid(hands.random),
    clientId: clientOf(encounter) ?? '',
    encounterId: encounter.id,
    ...people(hands),
    format: 'DAP',
    title: `Note ${hands.chronicle.newMark()}`,
    now: hands.scheduler.now(),
  });
  return { ...note, ...more };
}

/** Drafts of this person, by this device's own account. */
async function someDraft(hands: Hands): Promise<StoredRecord | undefined> {
  const chart = await someChart(hands);
  const mine = `Practitioner/${hands.device.practitionerId}`;
  return pick(
    hands,
    (chart?.notes ?? []).filter(({ resource }) => isDraftOf(resource, mine)),
  );
}

function isDraftOf(resource: FhirResource, author: string): resource is Composition {
  return (
    resource.resourceType === 'Composition' &&
    resource.status === 'preliminary' &&
    resource.author.some(({ reference }) => reference === author)
  );
}

/** A few words in a note, on the ground of what the screen shows, however old that is. */
async function type(hands: Hands): Promise<void> {
  const { life, device, chronicle, random } = hands;
  const open = [...life.editors.keys()];
  let key = random.fraction() < 0.7 ? pick(hands, open) : undefined;
  if (key === undefined) {
    const draft = await someDraft(hands);
    if (draft === undefined) return;
    ({ key } = draft);
    if (!life.editors.has(key)) life.editors.set(key, { resource: draft.resource, revision: draft.revision });
  }
  const editor = life.editors.get(key);
  if (editor?.resource.resourceType !== 'Composition') return;
  const shown = editor.resource;
  const section = pick(hands, noteSections(shown));
  if (section === undefined) return;
  const words = section.text === '' ? [] : section.text.split(' ');
  const place = random.fraction() < 0.6 ? words.length : Math.floor(random.fraction() * (words.length + 1));
  words.splice(place, 0, chronicle.newMark());
  const resource = withNoteSections(shown, { [section.code]: words.join(' ') });
  const position = { section: section.code, selectionStart: place, selectionEnd: place, scroll: 0 };
  const change = { resource, basedOn: editor.revision, typing: true, position };
  const { practitionerId, name } = device;
  const told = { device: name, practitionerId, shown: [shown], written: [resource] };
  chronicle.trying(told);
  const outcome = await life.store.recordChange(change, practitionerId);
  chronicle.saved(told);
  life.editors.set(key, { resource: outcome.resource, revision: outcome.revision });
  const after = outcome.resource;
  if (after.resourceType !== 'Composition' || after.status !== 'preliminary') life.editors.delete(key);
}

async function leave(hands: Hands): Promise<void> {
  const key = pick(hands, [...hands.life.editors.keys()]);
  if (key === undefined) return;
  hands.life.editors.delete(key);
  await hands.life.store.settle(key);
}

async function sign(hands: Hands): Promise<void> {
  const draft = await someDraft(hands);
  if (draft !== undefined) await signDraft(hands, draft);
}

/** A visit ends, and what this person wrote of it is signed. */
async function close(hands: Hands): Promise<void> {
  const chart = await someChart(hands);
  const visits = (chart?.visits ?? []).filter(
    ({ resource }) => 'status' in resource && resource.status === 'in-progress',
  );
  const record = pick(hands, visits);
  if (record?.resource.resourceType !== 'Encounter') return;
  const ended = finishEncounter(record.resource, { endedAt: hands.scheduler.now() });
  await save(hands, { before: record, written: [ended] });
  const mine = `Practitioner/${hands.device.practitionerId}`;
  for (const note of chart?.notes ?? []) {
    if (!isDraftOf(note.resource, mine) || note.resource.encounter?.reference !== record.key) continue;
    await signDraft(hands, note);
  }
}

async function signDraft(hands: Hands, draft: StoredRecord): Promise<void> {
  const { life, device, scheduler, random } = hands;
  if (draft.resource.resourceType !== 'Composition' || draft.inConflict) return;
  life.editors.delete(draft.key);
  const { practitionerId } = device;
  const identity = device.identity();
  const final = finalizeNote(draft.resource, { attesterId: practitionerId, now: scheduler.now() });
  const provenance = signatureProvenance({
    id: randomUuid(random),
    targets: [final],
    signerId: practitionerId,
    organizationId: ORGANIZATION,
    deviceId: identity.deviceId,
    when: scheduler.now(),
    jws: await scheduler.outside(identity.sign(signedPayload([final]))),
    type: 'author',
  });
  await save(hands, { before: draft, written: [final, provenance], group: true });
}

/** A new note about a signed one, which may still be waiting itself. */
async function amend(hands: Hands): Promise<void> {
  const chart = await someChart(hands);
  const signed = (chart?.notes ?? []).flatMap(({ resource }) =>
    resource.resourceType === 'Composition' && resource.status === 'final' ? [resource] : [],
  );
  const note = pick(hands, signed);
  const visited = chart?.visits.find(({ key }) => key === note?.encounter?.reference)?.resource;
  if (note === undefined || visited?.resourceType !== 'Encounter') return;
  const relatesTo: Composition['relatesTo'] = [
    { code: 'appends', targetReference: { reference: resourceKey(note) } },
  ];
  await save(hands, { written: [newNote(hands, visited, { relatesTo })] });
}

async function editClient(hands: Hands): Promise<void> {
  const client = (await someChart(hands))?.client;
  if (client?.resource.resourceType !== 'Patient') return;
  const mark = hands.chronicle.newMark();
  const change: Partial<FhirResource> =
    hands.random.fraction() < 0.5
      ? { telecom: [{ system: 'phone', value: mark, use: 'mobile' }] }
      : { address: [{ use: 'home', line: [mark] }] };
  await save(hands, { before: client, written: [{ ...client.resource, ...change } as FhirResource] });
}

async function editVisit(hands: Hands): Promise<void> {
  const record = pick(hands, (await someChart(hands))?.visits ?? []);
  const encounter = record?.resource;
  if (encounter?.resourceType !== 'Encounter' || encounter.status !== 'in-progress') return;
  const location = [{ location: { display: hands.chronicle.newMark() } }];
  const written =
    hands.random.fraction() < 0.3
      ? finishEncounter(encounter, { endedAt: hands.scheduler.now() })
      : { ...encounter, location };
  await save(hands, { before: record, written: [written] });
}

async function mistake(hands: Hands): Promise<void> {
  const chart = await someChart(hands);
  const mine = `Practitioner/${hands.device.practitionerId}`;
  const drafts = (chart?.notes ?? []).filter(({ resource }) => isDraftOf(resource, mine));
  const visits = (chart?.visits ?? []).filter(
    ({ resource }) => 'status' in resource && resource.status === 'in-progress',
  );
  const record = pick(hands, [...drafts, ...visits]);
  if (record === undefined) return;
  hands.life.editors.delete(record.key);
  const written = { ...record.resource, status: 'entered-in-error' } as FhirResource;
  await save(hands, { before: record, written: [written] });
}

async function poison(hands: Hands): Promise<void> {
  const clientId = await someClient(hands);
  if (clientId === undefined) return;
  const healthy = newVisit(hands, clientId);
  const bad = { ...healthy, participant: [{ individual: { reference: NOBODY } }] };
  hands.chronicle.poisoned(resourceKey(bad));
  await save(hands, { written: [bad] });
  if (hands.random.fraction() < 0.5) await save(hands, { written: [newNote(hands, bad, {})] });
}
