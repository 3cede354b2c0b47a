import { finishEncounter } from '@fieldchart/clinical';
import { createSeededRandom, silentLogger } from '@fieldchart/foundation';
import { createFakeTimers } from '@fieldchart/foundation/testing';
import { afterEach, expect, test } from 'vitest';
import {
  CLIENT,
  note,
  NOTE_KEY,
  openTestStore,
  patient,
  signature,
  signed,
  START,
  visit,
  VISIT,
} from '../../record-store/src/testing/storeFixture.ts';
import { createSyncEngine } from './syncEngine.ts';
import { createFakeServer } from './testing/fakeServer.ts';

const DAY = 86_400_000;
const at = (day: number) => new Date(START + day * DAY).toISOString();

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A clinician's device and a server with one client: a visit of day 0 with a signed note. */
async function scene() {
  const fixture = await openTestStore();
  ends.push(() => fixture.end());
  const { store, clock } = fixture;
  const server = createFakeServer();
  const timers = createFakeTimers((milliseconds) => clock.advance(milliseconds));
  const gone: string[] = [];
  let looked = 0;
  const engine = createSyncEngine({
    store: {
      ...store,
      async ageOut(writeDown) {
        const outcome = await store.ageOut(writeDown);
        if (outcome === 'done') looked += 1;
        return outcome;
      },
    },
    transport: server.transport,
    probe: server.transport,
    seal: () => Promise.resolve(null),
    writeDownAgedOut: (_transaction, { keys }) => Promise.resolve(void gone.push(...keys)),
    clock,
    timers,
    random: createSeededRandom(3),
    logger: silentLogger,
  });
  const final = signed(note({ data: 'told long ago' }));
  const chart = [patient(), finishEncounter(visit(), { endedAt: START }), final, signature(final)];
  for (const resource of chart) server.write({ ...resource });
  server.grant(CLIENT);
  /** The server's next word on time and policy, and all that follows from it. Yields how many records went. */
  const told = async (day: number, days: number | null) => {
    server.retention = { serverTime: at(day), days };
    gone.length = 0;
    await step(engine.syncNow());
    const before = looked;
    while (looked === before) await step(Promise.resolve());
    return gone.length;
  };
  /** Virtual time goes on while real storage works. */
  const step = async (work: Promise<void>) => {
    let done = false;
    work.then(() => (done = true)).catch(() => {});
    do {
      await timers.advance(60);
      await new Promise<void>((resolve) => void setTimeout(resolve, 1));
    } while (!done);
    await work;
  };
  const holds = async (key: string) => (await store.get(key)) !== undefined;
  engine.start();
  await step(engine.syncNow());
  return { store, server, engine, clock, told, holds };
}

test('the policy arrives and old records go; asked for, they come, stay for seven days, and go again', async () => {
  const { store, engine, told, holds } = await scene();
  expect(await holds(NOTE_KEY)).toBe(true);
  expect(await told(4000, null)).toBe(0);
  expect(await told(4000, 90)).toBe(3);
  expect([await holds(NOTE_KEY), await holds(`Encounter/${VISIT}`)]).toEqual([false, false]);
  expect(await holds(`Patient/${CLIENT}`)).toBe(true);
  await store.fetchBack(CLIENT);
  expect(await told(4001, 90)).toBe(0);
  expect(await holds(NOTE_KEY)).toBe(true);
  expect(await store.agedOutOf(CLIENT)).toMatchObject({ notes: 0, hereUntil: at(4008) });
  expect(await told(4007, 90)).toBe(0);
  expect(await told(4009, 90)).toBe(3);
  expect(await told(4010, 90)).toBe(0);
  await engine.stop();
});

test('asked of a server that has lost the client, the wish ends with its answer', async () => {
  const { store, server, engine, told } = await scene();
  expect(await told(4000, 90)).toBe(3);
  server.versions.length = 0;
  await store.fetchBack(CLIENT);
  expect(await told(4001, 90)).toBe(0);
  expect(await store.clientsToFetch()).toEqual([]);
  expect(await store.agedOutOf(CLIENT)).toMatchObject({ notes: 1, asked: false, hereUntil: null });
  await engine.stop();
});

test('D3: a device whose clock jumps years ahead erases nothing that is young by the server’s', async () => {
  const { engine, clock, told, holds } = await scene();
  await told(10, 90);
  clock.advance(4000 * DAY);
  expect(await told(20, 90)).toBe(0);
  expect(await holds(NOTE_KEY)).toBe(true);
  await engine.stop();
});

test('D3: a server that begins anew is sent nothing of what aged out, and is not taken to lack it', async () => {
  const { store, server, engine, told } = await scene();
  expect(await told(4000, 90)).toBe(3);
  server.restart();
  server.grant(CLIENT);
  expect(await told(4001, 90)).toBe(3);
  expect(server.posted).toEqual([]);
  expect(await store.agedOutOf(CLIENT)).toMatchObject({ notes: 1, visits: 1 });
  await engine.stop();
});
