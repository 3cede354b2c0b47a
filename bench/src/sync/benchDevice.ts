import { openNodeDatabase } from '@fieldchart/encrypted-sqlite/node';
import { type HttpTransport, createAuthorizedTransport, createSyncEngine } from '@fieldchart/fhir-sync';
import { type Random, silentLogger, systemClock } from '@fieldchart/foundation';
import { type RecordStore, openRecordStore } from '@fieldchart/record-store';
import { CompactSign, importJWK } from 'jose';

import { type Counted, startCount } from './counted.ts';
import { createNodeTransport } from './nodeTransport.ts';
import type { BenchServer } from './startBenchServer.ts';

/** The real store on the real encrypted file and the real engine, reaching the server over HTTP as the app does. */
export interface BenchDevice {
  readonly store: RecordStore;
  readonly practitionerId: string;
  /** Pushes and pulls until both are done. */
  sync(): Promise<Synced>;
  close(): Promise<void>;
}

export interface Synced {
  /** Until the last entry was acknowledged. */
  readonly push: Counted;
  /** From there until the feed is read. */
  readonly pull: Counted;
}

const random: Random = { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) };

export async function openBenchDevice(server: BenchServer, directory: string): Promise<BenchDevice> {
  const identity = await server.addDevice();
  const database = await openNodeDatabase({ directory })({ name: 'device.db', key: random.bytes(32) });
  const store = await openRecordStore({ database, clock: systemClock, random, logger: silentLogger });
  const key = await importJWK(identity.privateKey, 'ES384');
  const plain = createNodeTransport(server.url);
  // Both tell the same time, or a second request for the token would be the bench's own.
  const behind = systemClock.now() - identity.now;
  const serverClock = { now: () => systemClock.now() - behind };

  return {
    store,
    practitionerId: identity.practitionerId,
    async sync() {
      // Anew each time, as at every unlock: asking for a token is among what is counted.
      const authorized = createAuthorizedTransport({
        transport: plain,
        clock: serverClock,
        random,
        deviceId: identity.id,
        baseUrl: identity.audience,
        sign: (claims) =>
          new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
            .setProtectedHeader({ alg: 'ES384' })
            .sign(key),
        onWithdrawn: () => {},
      });
      const start = await startCount(server);
      let push: Counted | undefined;
      // What comes before the first look at the feed is the push; nothing is under way at that moment.
      const transport: HttpTransport = {
        async request(request) {
          if (push === undefined && request.method === 'GET') push = await start();
          return await authorized.request(request);
        },
      };
      const engine = createSyncEngine({
        store,
        transport,
        probe: plain,
        seal: () => Promise.resolve(null),
        writeDownAgedOut: () => Promise.resolve(),
        clock: systemClock,
        timers: {
          after(milliseconds, task) {
            const id = setTimeout(task, milliseconds);
            return () => clearTimeout(id);
          },
        },
        random,
        logger: silentLogger,
      });
      await new Promise<void>((resolve, reject) => {
        engine.subscribe(() => {
          const { lastSuccessAt, lastProblem } = engine.status();
          if (lastProblem !== null) reject(new Error(`The bench did not sync: ${lastProblem.code}`));
          else if (lastSuccessAt !== null) resolve();
        });
        engine.start();
      });
      const whole = await start();
      await engine.stop();
      if (push === undefined) throw new Error('The bench did not pull');
      return { push, pull: difference(whole, push) };
    },
    async close() {
      await database.close();
    },
  };
}

function difference(whole: Counted, part: Counted): Counted {
  return {
    seconds: whole.seconds - part.seconds,
    requests: whole.requests - part.requests,
    bundles: whole.bundles - part.bundles,
    megabytesUp: whole.megabytesUp - part.megabytesUp,
    megabytesDown: whole.megabytesDown - part.megabytesDown,
  };
}
