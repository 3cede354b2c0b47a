import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openNodeDatabase } from '@fieldchart/encrypted-sqlite/node';
import {
  type HttpTransport,
  type SyncEngine,
  createAuthorizedTransport,
  createSyncEngine,
} from '@fieldchart/fhir-sync';
import { createSeededRandom, silentLogger } from '@fieldchart/foundation';
import { createFakeTimers } from '@fieldchart/foundation/testing';
import { type RecordStore, openRecordStore } from '@fieldchart/record-store';
import {
  BASE_URL,
  type TestDevice,
  type TestServer,
  signJson,
} from '../../apps/sync-server/src/testing/testServer.ts';

/** A device with the real store on a real encrypted file, and the real sync engine, reaching the real server. */
export interface SimulatedDevice {
  readonly name: string;
  readonly practitionerId: string;
  store(): RecordStore;
  /** Pushes and pulls until done or interrupted. */
  sync(): Promise<void>;
  /** Syncs, dies while it waits for an answer, and starts again from what is on its disk. */
  crashDuringSync(moment: CrashMoment): Promise<void>;
  lastProblem(): string | null;
  dispose(): Promise<void>;
}

export interface CrashMoment {
  /** How many requests are answered before; a sync with fewer dies when done. */
  readonly after: number;
  /** Whether the unanswered request reached the server. */
  readonly delivered: boolean;
}

export interface NewDevice {
  readonly name: string;
  readonly server: TestServer;
  readonly identity: TestDevice;
  readonly seed: number;
  /** The network between this device and the server. */
  readonly network: (transport: HttpTransport) => HttpTransport;
}

export async function openSimulatedDevice(options: NewDevice): Promise<SimulatedDevice> {
  const { server, identity } = options;
  const directory = await mkdtemp(join(tmpdir(), 'fieldchart-simulation-'));
  const open = openNodeDatabase({ directory });
  const key = createSeededRandom(options.seed).bytes(32);
  const random = createSeededRandom(options.seed + 1);
  let fuse: (CrashMoment & { readonly burnt: () => void }) | undefined;
  const direct = serverTransport(server);
  const plain = options.network({
    async request(request) {
      if (fuse === undefined) return direct.request(request);
      const { after, delivered, burnt } = fuse;
      fuse = { after: after - 1, delivered, burnt };
      if (after > 0) return direct.request(request);
      if (delivered && after === 0) await direct.request(request);
      burnt();
      return new Promise(() => {});
    },
  });
  let current = await start();

  async function start(): Promise<{ store: RecordStore; engine: SyncEngine }> {
    const { clock } = server;
    const database = await open({ name: 'device.db', key });
    const store = await openRecordStore({ database, clock, random, logger: silentLogger });
    const transport = createAuthorizedTransport({
      onWithdrawn: () => {},
      transport: plain,
      clock,
      random,
      deviceId: identity.id,
      baseUrl: BASE_URL,
      sign: (claims) => signJson(claims, identity.privateKey),
    });
    const timers = createFakeTimers();
    const engine = createSyncEngine({
      store,
      transport,
      probe: plain,
      seal: () => Promise.resolve('hash'),
      clock,
      timers,
      random,
      logger: silentLogger,
    });
    return { store, engine };
  }

  return {
    name: options.name,
    practitionerId: identity.practitionerId,
    store: () => current.store,
    async sync() {
      current.engine.start();
      await current.engine.syncNow();
    },
    async crashDuringSync(moment) {
      const waiting = new Promise<void>((resolve) => {
        fuse = { ...moment, burnt: resolve };
      });
      current.engine.start();
      await Promise.race([waiting, current.engine.syncNow()]);
      await current.engine.stop();
      await current.store.database.close();
      fuse = undefined;
      current = await start();
    },
    lastProblem: () => current.engine.status().lastProblem?.code ?? null,
    async dispose() {
      await current.engine.stop();
      await current.store.database.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function serverTransport({ app }: TestServer): HttpTransport {
  return {
    async request({ method, path, headers, body }) {
      const answer = await app.inject({
        method: method === 'POST' ? 'POST' : 'GET',
        url: path,
        headers,
        ...(body === undefined ? {} : { payload: body }),
      });
      const texts = Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as const);
      return { status: answer.statusCode, headers: Object.fromEntries(texts), body: answer.body };
    },
  };
}
