import { CodedError, createSeededRandom, silentLogger } from '@fieldchart/foundation';
import { createFakeClock, createFakeTimers } from '@fieldchart/foundation/testing';
import { expect, test } from 'vitest';
import { createFakeServer } from './testing/fakeServer.ts';
import { createMemoryStore } from './testing/memoryStore.ts';
import { createSyncEngine } from './syncEngine.ts';

/** The engine in virtual time; every request is logged as `seconds request`. */
function scene() {
  const clock = createFakeClock();
  const began = clock.now();
  const timers = createFakeTimers((milliseconds) => clock.advance(milliseconds));
  const log: string[] = [];
  const server = createFakeServer((line) => {
    log.push(`${String(Math.floor((clock.now() - began) / 1000))} ${line}`);
  });
  const store = createMemoryStore();
  const { transport } = server;
  const engine = createSyncEngine({
    store,
    transport,
    probe: transport,
    seal: () => Promise.resolve('hash'),
    writeDownAgedOut: () => Promise.resolve(),
    clock,
    timers,
    random: createSeededRandom(7),
    logger: silentLogger,
  });
  const phases: string[] = [];
  engine.subscribe(() => {
    const { phase } = engine.status();
    if (phases.at(-1) !== phase) phases.push(phase);
  });
  /** What was logged since the last call, after so many seconds more. */
  const after = async (seconds: number) => {
    await timers.advance(seconds * 1000);
    return log.splice(0);
  };
  return { server, store, engine, phases, after, timers, clock };
}

test('O3: what waits is pushed before anything is pulled', async () => {
  const { engine, store, after, phases } = scene();
  store.queue({ key: 'Patient/a' });
  engine.start();
  expect(await after(0)).toEqual(['0 push:1 ok', '0 pull ok']);
  expect(phases.slice(0, 3)).toEqual(['pushing', 'pulling', 'idle']);
  expect(engine.status()).toMatchObject({ phase: 'idle', online: true, lastProblem: null });
});

test('without a network only the probe goes out, every 15 s, and sync follows its first success', async () => {
  const { engine, server, store, after } = scene();
  store.queue({ key: 'Patient/a' });
  server.weather = () => 'no-network';
  engine.start();
  expect(await after(40)).toEqual(['0 push:1 no-network', '15 probe no-network', '30 probe no-network']);
  expect(engine.status()).toMatchObject({
    phase: 'offline',
    online: false,
    lastProblem: { code: 'no-answer' },
  });
  server.weather = () => 'ok';
  expect(await after(10)).toEqual(['45 probe ok', '45 push:1 ok', '45 pull ok']);
});

test('behind a captive portal nothing counts as reached', async () => {
  const { engine, server, store, after } = scene();
  store.queue({ key: 'Patient/a' });
  server.weather = () => 'portal';
  engine.start();
  expect(await after(20)).toEqual(['0 push:1 portal', '15 probe portal']);
  expect(engine.status()).toMatchObject({ phase: 'offline', online: false });
  expect(store.outcomes.size).toBe(0);
});

test('the online hint and a tap are tried at once; a hint of offline changes only what is shown', async () => {
  const { engine, server, after } = scene();
  server.weather = () => 'no-network';
  engine.start();
  await after(1);
  engine.online(true);
  expect(await after(0)).toEqual(['1 pull no-network']);
  server.weather = () => 'ok';
  engine.online(true);
  expect(await after(0)).toEqual(['1 pull ok']);
  engine.online(false);
  expect(engine.status()).toMatchObject({ phase: 'offline', online: false });
  expect(await after(15)).toEqual(['16 probe ok', '16 pull ok']);
  const done = engine.syncNow();
  expect(await after(0)).toEqual(['16 pull ok']);
  await done;
});

test('a busy server is left alone for as long as it asks, with no probes in between', async () => {
  const { engine, server, after } = scene();
  server.faults.push({ status: 429, headers: { 'retry-after': '120' } });
  engine.start();
  expect(await after(0)).toEqual(['0 pull 429']);
  expect(engine.status()).toMatchObject({
    phase: 'backoff',
    online: true,
    lastProblem: { code: 'http-429' },
  });
  expect(await after(119)).toEqual([]);
  expect(await after(1)).toEqual(['120 pull ok']);
});

test('O4: there is no last attempt, and the waits grow to a minute at most', async () => {
  const { engine, server, after } = scene();
  server.weather = () => ({ status: 503 });
  engine.start();
  const tries = await after(24 * 3600);
  expect(tries.length).toBeGreaterThan(24 * 60);
  server.weather = () => 'ok';
  expect((await after(60)).length).toBeGreaterThan(0);
  expect(engine.status()).toMatchObject({ phase: 'idle' });
});

test('a commit is pushed without waiting for the next pull, a draft when it becomes ready', async () => {
  const { engine, store, after, clock } = scene();
  engine.start();
  await after(1);
  store.queue({ key: 'Patient/a' });
  store.commit();
  // Our own version is news to those who wait for changes: it is read like any other.
  expect(await after(1)).toEqual(['1 push:1 ok', '1 watch ok', '1 pull ok']);
  store.readyAt = clock.now() + 3000;
  store.commit();
  expect(await after(2)).toEqual([]);
  store.queue({ key: 'Patient/b' });
  expect((await after(2))[0]).toBe('5 push:1 ok');
});

test('never two passes at once: what is asked for meanwhile runs afterwards', async () => {
  const { engine, after } = scene();
  engine.start();
  const taps = [engine.syncNow(), engine.syncNow(), engine.syncNow()];
  expect(await after(0)).toEqual(['0 pull ok', '0 pull ok']);
  await Promise.all(taps);
});

test('D3: a storage failure is shown by its code and tried again, never taken for an empty outbox', async () => {
  const { engine, store, after } = scene();
  const { nextBatch } = store;
  store.queue({ key: 'Patient/a' });
  store.nextBatch = () => Promise.reject(new CodedError('DATABASE_IO', 'read failed'));
  engine.start();
  expect(await after(1)).toEqual([]);
  expect(engine.status()).toMatchObject({ phase: 'backoff', lastProblem: { code: 'DATABASE_IO' } });
  store.nextBatch = nextBatch;
  await after(60);
  expect([...store.outcomes.values()]).toEqual(['acknowledged 1']);
});

test('stop does not wait for an answer; what was sent stays attempted and goes again', async () => {
  const { engine, server, store, after, timers } = scene();
  store.queue({ key: 'Patient/a' });
  server.weather = () => 'silence';
  engine.start();
  await after(0);
  await engine.stop();
  expect(store.outcomes.size).toBe(0);
  expect(await after(3600)).toEqual([]);
  expect(timers.pending).toBe(0);
  server.weather = () => 'ok';
  engine.start();
  await after(0);
  expect(server.posted[1]).toBe(server.posted[0]);
  expect([...store.outcomes.values()]).toEqual(['acknowledged 1']);
});

test('stop waits for the step that is writing to the store', async () => {
  const { engine, store, after } = scene();
  store.queue({ key: 'Patient/a' });
  let finish = () => {};
  const writing = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const { acknowledge } = store;
  store.acknowledge = async (...given) => {
    await writing;
    await acknowledge(...given);
  };
  engine.start();
  await after(0);
  let stopped = false;
  const stopping = engine.stop().then(() => {
    stopped = true;
  });
  await after(0);
  expect(stopped).toBe(false);
  finish();
  await stopping;
  expect([...store.outcomes.values()]).toEqual(['acknowledged 1']);
  expect(await after(60)).toEqual([]);
});

test('a client that joins the caseload is fetched whole, and a broken fetch goes on where it stopped', async () => {
  const { engine, server, store, after } = scene();
  server.write({ resourceType: 'Patient', id: 'p1' });
  for (const id of ['e1', 'e2', 'e3', 'e4']) server.write({ resourceType: 'Encounter', id, subject: 'p1' });
  server.versions.forEach((version) => expect(version.version).toBe(1));
  server.grant('p1');
  server.faults.push('ok', 'ok', 'no-network');
  engine.start();
  expect(await after(0)).toEqual(['0 pull ok', '0 $everything ok', '0 $everything no-network']);
  expect(store.fetched).toHaveLength(2);
  expect((await after(15)).filter((line) => line.includes('everything'))).toHaveLength(2);
  expect(store.fetched).toEqual([
    'Patient/p1',
    'Encounter/e1',
    'Encounter/e2',
    'Encounter/e3',
    'Encounter/e4',
  ]);
});

test('D3: a cut page is not applied; the cursor stays and the page comes again whole', async () => {
  const { engine, server, store, after } = scene();
  server.write({ resourceType: 'Patient', id: 'p1' });
  server.faults.push('cut');
  engine.start();
  await after(0);
  expect(store.applied).toEqual([]);
  await after(15);
  expect(store.applied).toHaveLength(1);
});

test('a restored server (410) is read from the start, and what is here is held against it', async () => {
  const { engine, server, store, after } = scene();
  server.write({ resourceType: 'Patient', id: 'p1' });
  engine.start();
  await after(1);
  const before = store.epochChanges;
  server.restart();
  expect(await after(0)).toEqual(['1 watch ok', '1 pull ok', '1 pull ok']);
  expect(store.applied).toHaveLength(2);
  expect(store.epochChanges).toBe(before + 1);
});

test('D3: what was acknowledged before the first pull is held against the opening, since the server may have been restored in between', async () => {
  const { engine, server, store, after } = scene();
  store.queue({ key: 'Patient/a' });
  server.faults.push('ok', 'no-network');
  engine.start();
  expect(await after(0)).toEqual(['0 push:1 ok', '0 pull no-network']);
  await after(20);
  expect(store.epochChanges).toBeGreaterThan(0);
  const once = store.epochChanges;
  await after(120);
  expect(store.epochChanges).toBe(once);
});

test('O4: a restored server takes nothing before the device has pulled from it; then the same bytes go', async () => {
  const { engine, server, store, after } = scene();
  server.holds = false;
  engine.start();
  await after(1);
  server.restart();
  store.queue({ key: 'Patient/a' });
  store.commit();
  expect(await after(1)).toEqual(['1 push:1 ok', '1 pull ok', '1 pull ok', '1 push:1 ok']);
  expect(server.posted[1]).toBe(server.posted[0]);
  expect([...store.outcomes.values()]).toEqual(['acknowledged 1']);
});

test('what changes elsewhere is pulled as soon as the server tells of it, and a quiet wait is followed by another', async () => {
  const { engine, server, store, after } = scene();
  engine.start();
  expect(await after(5)).toEqual(['0 pull ok']);
  server.write({ resourceType: 'Patient', id: 'p1' });
  expect(await after(0)).toEqual(['5 watch ok', '5 pull ok']);
  expect(store.applied).toHaveLength(1);
  await after(25);
  server.endWaits();
  expect(await after(1)).toEqual(['30 watch ok']);
  server.write({ resourceType: 'Patient', id: 'p2' });
  expect(await after(0)).toEqual(['31 watch ok', '31 pull ok']);
  expect(await after(60)).toEqual(['91 pull ok']);
});

test('a server that does not hold its answers is asked every 10 s', async () => {
  const { engine, server, after } = scene();
  server.holds = false;
  engine.start();
  expect(await after(25)).toEqual([
    '0 pull ok',
    '0 watch ok',
    '10 pull ok',
    '10 watch ok',
    '20 pull ok',
    '20 watch ok',
  ]);
});

test('a wait that the network breaks is no proof: a real request follows at once, and offline nothing waits', async () => {
  const { engine, server, after } = scene();
  engine.start();
  await after(20);
  server.weather = () => 'no-network';
  server.restart();
  server.endWaits();
  expect(await after(40)).toEqual([
    '20 watch ok',
    '20 pull no-network',
    '35 probe no-network',
    '50 probe no-network',
  ]);
});

test('in the background nothing probes and nothing waits; coming to the foreground syncs at once', async () => {
  const { engine, server, store, after } = scene();
  engine.start();
  await after(1);
  engine.foreground(false);
  server.write({ resourceType: 'Patient', id: 'p1' });
  expect(await after(600)).toEqual(['1 watch ok']);
  expect(store.applied).toEqual([]);
  engine.foreground(true);
  expect(await after(0)).toEqual(['601 pull ok']);
  server.weather = () => 'no-network';
  engine.online(false);
  engine.foreground(false);
  expect(await after(600)).toEqual([]);
});

test('O4: what went out on a line that broke is not waited for: with the network back the same bytes go at once', async () => {
  const { engine, server, store, after } = scene();
  store.queue({ key: 'Patient/a' });
  server.weather = () => 'silence';
  engine.start();
  await after(1);
  engine.online(false);
  server.weather = () => 'ok';
  engine.online(true);
  expect(await after(0)).toEqual(['1 push:1 ok', '1 pull ok']);
  expect(server.posted[1]).toBe(server.posted[0]);
});

test('a pulled version of ours carries its mutation id', async () => {
  const { engine, store, after } = scene();
  const mutationId = store.queue({ key: 'Patient/a' });
  engine.start();
  await after(1);
  expect(store.applied).toMatchObject([{ kind: 'version', key: 'Patient/a', versionId: '1', mutationId }]);
});
