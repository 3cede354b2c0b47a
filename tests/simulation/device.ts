import type { FhirResource, ResourceKey } from '@fieldchart/clinical';
import { type HttpTransport, type SyncEngine, type SyncStore, createSyncEngine } from '@fieldchart/fhir-sync';
import { createSeededRandom, silentLogger } from '@fieldchart/foundation';
import { type RecordStore, openRecordStore } from '@fieldchart/record-store';
import {
  type CommitGate,
  type MemoryDisk,
  type StatementFilter,
  createMemoryDisk,
} from './memoryDatabase.ts';
import type { ConnectedDevice, Network } from './network.ts';
import { uploadSealed } from './sealing.ts';
import type { Scheduler } from './scheduler.ts';
import type { SimulatedIdentity } from './server/simulatedServer.ts';

/** A device: a disk that lasts, and on it one life of the app after the other. */
export interface Device extends ConnectedDevice {
  readonly practitionerId: string;
  identity(): SimulatedIdentity;
  disk(): MemoryDisk;
  /** The app, if it is open. */
  life(): Life | undefined;
  /** Starts the app; it is started again by itself after a kill. */
  start(): void;
  /** A person's next action, after those before it. Dropped if the app is not open, or dies meanwhile. */
  perform(action: (life: Life) => Promise<void>): void;
  kill(): void;
  /** Dies at the commit after so many others, before or after it takes effect. */
  killAtCommit(skip: number, moment: 'before' | 'after'): void;
  /** So many commits fail from now on. */
  fillDisk(commits: number): void;
  jumpClock(milliseconds: number): void;
  /** The network goes, or comes back; the platform may or may not say so. */
  setOnline(online: boolean, hinted: boolean): void;
  /** Another identity of the same practitioner on the same disk, as after a re-homing. */
  replaceIdentity(identity: SimulatedIdentity): void;
  /** Another machine with what was on this one's disk, as after a rescue; this one is never started again. */
  moveTo(identity: SimulatedIdentity): void;
}

/** One run of the app, from its start to its death. */
export interface Life {
  readonly store: RecordStore;
  readonly engine: SyncEngine;
  /** Notes that stand open on the screen: what is shown, and on which revision. */
  readonly editors: Map<ResourceKey, OpenEditor>;
}

export interface OpenEditor {
  readonly resource: FhirResource;
  readonly revision: number;
}

/** Where a seeded bug gets in, from outside. */
export interface Tampering {
  readonly statements?: StatementFilter;
  readonly store?: (store: RecordStore) => RecordStore;
  readonly transport?: (transport: HttpTransport) => HttpTransport;
}

export interface DeviceOptions {
  readonly name: string;
  readonly index: number;
  readonly seed: number;
  readonly identity: SimulatedIdentity;
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly tampering: Tampering;
  /** After each start: what was shown as saved must be there. */
  readonly onStarted: (device: Device) => Promise<void>;
  /** Something that neither a person nor a fault explains. */
  readonly onError: (error: unknown) => void;
}

export function createDevice(options: DeviceOptions): Device {
  const { name, index, scheduler, tampering } = options;
  let identity = options.identity;
  let disk = createMemoryDisk();
  let life: Life | undefined;
  let lives = 0;
  let clockOffset = 0;
  let online = true;
  let hands: Promise<void> = Promise.resolve();
  let doom: { skip: number; readonly moment: 'before' | 'after' } | undefined;
  let fullCommits = 0;

  const device: Device = {
    name,
    index,
    practitionerId: identity.practitionerId,
    deviceId: () => identity.deviceId,
    identity: () => identity,
    disk: () => disk,
    life: () => life,
    online: () => online,
    start: () => begin(0),
    perform(action) {
      const current = life;
      if (current === undefined) return;
      hands = hands.then(() => (life === current ? action(current) : undefined)).catch(options.onError);
    },
    kill: () => die(),
    killAtCommit(skip, moment) {
      doom = { skip, moment };
    },
    fillDisk(commits) {
      fullCommits = commits;
    },
    jumpClock(milliseconds) {
      clockOffset += milliseconds;
    },
    setOnline(now, hinted) {
      online = now;
      if (hinted) life?.engine.online(now);
    },
    replaceIdentity(fresh) {
      die();
      identity = fresh;
    },
    moveTo(fresh) {
      die();
      const old = disk;
      disk = old.copy();
      old.discard();
      identity = fresh;
    },
  };
  const connected = options.network.connect(device);

  function begin(delayMs: number): void {
    lives += 1;
    const number = lives;
    scheduler.after(delayMs, `${name} starts`, () => {
      if (number !== lives) return;
      open(number).catch((error: unknown) => {
        if (number !== lives) return;
        // A disk without room for the schema: the app says so, and is opened again.
        if (isFull(error)) die();
        else options.onError(error);
      });
    });
  }

  function die(): void {
    scheduler.note(`${name} dies`);
    disk.kill();
    life = undefined;
    doom = undefined;
    hands = Promise.resolve();
    begin(200 + scheduler.between(0, 5000));
  }

  async function open(number: number): Promise<void> {
    const alive = () => number === lives;
    const random = createSeededRandom(options.seed * 7919 + index * 104_729 + number);
    const clock = { now: () => scheduler.now() + clockOffset };
    const deps = { clock, random, logger: silentLogger };
    const database = await disk.open(gateOf(alive), tampering.statements);
    const bare = await openRecordStore({ database, ...deps });
    const store = tampering.store?.(bare) ?? bare;
    const transport = tampering.transport?.(connected) ?? connected;
    const living: HttpTransport = {
      request: (request) => (alive() ? transport.request(request) : new Promise(() => {})),
    };
    const timers = {
      after: (delayMs: number, task: () => void) =>
        scheduler.after(delayMs, `${name} timer`, () => {
          if (alive()) task();
        }),
    };
    const syncStore: SyncStore = store;
    const engine = createSyncEngine({
      store: syncStore,
      transport: living,
      probe: living,
      seal: (work) => uploadSealed(living, work),
      writeDownAgedOut: () => Promise.resolve(),
      timers,
      ...deps,
    });
    life = { store, engine, editors: new Map() };
    await options.onStarted(device);
    if (!alive()) return;
    engine.start();
    if (!online) engine.online(false);
  }

  function gateOf(alive: () => boolean): CommitGate {
    return {
      async before() {
        await scheduler.turn(`${name} commit`, scheduler.between(0, 3));
        if (!alive()) return 'go';
        if (doom?.moment === 'before') strike();
        if (fullCommits > 0) {
          fullCommits -= 1;
          return 'full';
        }
        return 'go';
      },
      async after() {
        if (doom?.moment === 'after') strike();
        await Promise.resolve();
      },
    };
  }

  function strike(): void {
    if (doom === undefined) return;
    if (doom.skip === 0) die();
    else doom.skip -= 1;
  }

  return device;
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'DATABASE_FULL';
}
