import type { ClinicPlatform, DeviceProfile } from '@fieldchart/clinic-client';
import type { OpenDatabaseOptions } from '@fieldchart/encrypted-sqlite';
import { deleteWebDatabase, openDamagedWebDatabase, openWebDatabase } from '@fieldchart/encrypted-sqlite/web';
import { openPlainWebDatabaseForBench } from '@fieldchart/encrypted-sqlite/web/plain-for-bench';
import { openRecordStore, type RecordStore } from '@fieldchart/record-store';
import { createWebKeyRecords } from '../../../apps/clinic/src/platform/web/keyRecords.ts';
import { createWebOwnership } from '../../../apps/clinic/src/platform/web/ownership.ts';
import { createWebProfiles } from '../../../apps/clinic/src/platform/web/profiles.ts';
import { createBenchUser, openUserDatabase } from '../device/benchUser.ts';
import { changeSecrets } from '../device/changeSecret.ts';
import { type ColdStart, coldStart } from '../device/coldStart.ts';
import { type BenchTicket, type Enrolment, enrolWith } from '../device/enrolment.ts';
import { CLIENTS, indexAll, type Searched, searchInTurn } from '../device/searching.ts';
import { offlinePlatform } from '../device/offlinePlatform.ts';
import { createTypist, type Typed, typeInTurn } from '../device/typing.ts';
import { type TypedBesideIndex, typeBesideIndex } from '../device/typingBesideIndex.ts';
import { moreClients } from '../device/moreClients.ts';
import { copyNotes, copyRecords } from './copyRows.ts';

// The page that the Chromium suites drive: the app's own storage adapters, without its screens.

/** A user in this browser, and the unencrypted notes beside them. */
export interface WebUser {
  readonly notes: number;
  readonly userId: string;
  readonly practitionerId: string;
}

const place = {
  createWorker: () => new Worker('/worker.js', { type: 'module' }),
  wasmUrl: '/mc-wa-sqlite.wasm',
};

const platform = offlinePlatform({
  keyRecords: createWebKeyRecords(),
  profiles: createWebProfiles(),
  openDatabase: openWebDatabase(place),
  openDamaged: openDamagedWebDatabase(place),
  deleteDatabase: deleteWebDatabase,
  ownership: createWebOwnership(),
});

const elapsed = () => performance.now();
const plainName = (notes: number) => `plain-${notes}.db`;

async function enrol(notes: number, practitionerId: string): Promise<WebUser> {
  const { userId } = await createBenchUser(platform, practitionerId, async (database) => {
    await openRecordStore({ ...platform, database });
    await copyRecords(database, notes);
  });
  const plain = await openPlainWebDatabaseForBench(place, plainName(notes));
  await copyNotes(plain, notes);
  await plain.close();
  return { notes, userId, practitionerId };
}

async function typistOf({ notes, practitionerId }: WebUser, store: RecordStore) {
  const plain = await openPlainWebDatabaseForBench(place, plainName(notes));
  const { random, clock } = platform;
  return await createTypist({ store, plain, practitionerId, random, now: () => clock.now(), elapsed });
}

async function type(users: readonly WebUser[], samples: number): Promise<readonly Typed[]> {
  const typists = [];
  for (const user of users) typists.push(await typistOf(user, await openStore(user)));
  // The page is left afterwards, and its workers end with it.
  return await typeInTurn(typists, samples);
}

async function openStore({ userId }: WebUser) {
  const database = await openUserDatabase(platform, userId);
  return await openRecordStore({ ...platform, database });
}

async function typeBeside(user: WebUser, bursts: number): Promise<TypedBesideIndex> {
  const store = await openStore(user);
  await moreClients(store, CLIENTS, platform.random);
  const typist = await typistOf(user, store);
  // The page is left afterwards, and its workers end with it.
  return await typeBesideIndex({ store, typist, timers: platform.timers, bursts });
}

async function search(user: WebUser, samples: number): Promise<Searched> {
  const store = await openStore(user);
  const searched = await searchInTurn(store, user.practitionerId, samples, elapsed);
  await store.database.close();
  return searched;
}

async function indexUser(user: WebUser): Promise<number> {
  const store = await openStore(user);
  const took = await indexAll(store, elapsed);
  await store.database.close();
  return took;
}

/** From the unlocked key, the KDF done, to the first answer of the notes. */
async function firstAnswer({ userId }: WebUser): Promise<number> {
  let opened = 0;
  const opening = async (options: OpenDatabaseOptions) => {
    opened = elapsed();
    return await platform.openDatabase(options);
  };
  const database = await openUserDatabase({ ...platform, openDatabase: opening }, userId);
  const store = await openRecordStore({ ...platform, database });
  await store.searchNotes({ text: 'appetite sleeping ' }, { limit: 40 });
  const took = elapsed() - opened;
  await database.close();
  return took;
}

let lock = () => Promise.resolve();

async function start({ userId }: WebUser): Promise<ColdStart> {
  const started = await coldStart(platform, userId, elapsed);
  ({ lock } = started);
  return started.took;
}

/** Somebody new, beside the users of the other suites, whom a shell would not let in here. */
async function enrolNew(ticket: BenchTicket): Promise<Enrolment> {
  const profiles = new Map<string, DeviceProfile>();
  const alone: ClinicPlatform = {
    ...platform,
    profiles: {
      list: () => Promise.resolve([...profiles.values()]),
      save: (profile) => Promise.resolve(void profiles.set(profile.userId, profile)),
      remove: (userId) => Promise.resolve(void profiles.delete(userId)),
    },
  };
  const { took, leave } = await enrolWith(alone, ticket, elapsed);
  await leave();
  return took;
}

const benchPage = {
  enrol,
  type,
  typeBeside,
  start,
  lock: () => lock(),
  search,
  indexAll: indexUser,
  firstAnswer,
  enrolWith: enrolNew,
  changeSecrets: ({ userId }: WebUser, samples: number) => changeSecrets(platform, userId, samples, elapsed),
};

export type BenchPage = typeof benchPage;

Object.assign(globalThis, { benchPage });
