import { SHORTEST_RETENTION } from '@fieldchart/clinical';
import { createSeededRandom } from '@fieldchart/foundation';
import { type Chronicle, createChronicle } from './chronicle.ts';
import { act } from './clinician.ts';
import { type Device, type Tampering, createDevice } from './device.ts';
import { inspect } from './inspection.ts';
import { finalInvariants } from './invariants.ts';
import { type Network, createNetwork } from './network.ts';
import { type FaultKind, type Fate, type Plan, type Step, type StepKind, isPersonsStep } from './plan.ts';
import { restoreServer } from './restoreServer.ts';
import { savedSurvives } from './savedSurvives.ts';
import { type EventLog, type Scheduler, createScheduler } from './scheduler.ts';
import { readHandedOver } from './handedOver.ts';
import { type SentBytes, createSentBytes } from './sentBytes.ts';
import { createMemoryServer } from './server/memoryServer.ts';
import type { SimulatedIdentity, SimulatedServer } from './server/simulatedServer.ts';
import { type ServerWitness, createServerWitness } from './serverWitness.ts';
import { supervise } from './supervisor.ts';
import { Violation } from './violation.ts';

export interface RunOptions {
  /** The server to run against, on the run's own clock; the double unless said otherwise. */
  readonly openServer?: (scheduler: Scheduler) => Promise<SimulatedServer>;
  readonly tampering?: Tampering;
}

export interface RunResult {
  readonly problem: Violation | Error | undefined;
  readonly log: EventLog;
  readonly faultsMet: ReadonlyMap<FaultKind, number>;
  readonly stepsDone: ReadonlyMap<StepKind, number>;
  readonly savedEdits: number;
  readonly versions: number;
  /** Records that the policy had erased from devices at the end. */
  readonly agedOut: number;
}

/** What steps work with. */
export interface World {
  readonly scheduler: Scheduler;
  readonly server: SimulatedServer;
  readonly network: Network;
  readonly chronicle: Chronicle;
  readonly witness: ServerWitness;
  readonly devices: readonly Device[];
  readonly supervisor: SimulatedIdentity;
  readonly sentBytes: SentBytes;
}

/** Plays a plan from its first step to the quiet after the last, and says what did not hold. */
export async function runPlan(plan: Plan, options: RunOptions = {}): Promise<RunResult> {
  const scheduler = createScheduler(createSeededRandom(plan.seed ^ 0x5eed));
  const open = options.openServer ?? ((clock: Scheduler) => Promise.resolve(createMemoryServer(clock)));
  const server = await open(scheduler);
  const chronicle = createChronicle();
  const witness = createServerWitness(server);
  let problem: Error | undefined;
  const fail = (error: unknown) => {
    problem ??= error instanceof Error ? error : new Error(String(error));
  };
  const observed = async (look: () => void | Promise<void>) => {
    try {
      await look();
    } catch (error) {
      fail(error);
    }
  };
  const sentBytes = createSentBytes();
  const network = createNetwork({
    scheduler,
    server,
    faults: plan.faults,
    latencyMs: plan.latencyMs,
    onSent: (_device, request) => {
      try {
        sentBytes.look(request);
      } catch (error) {
        fail(error);
      }
    },
    written: () => witness.written(),
    onServed: (request, status) => {
      if (status === ANOTHER_EPOCH) sentBytes.forget(request);
      return observed(() => witness.look());
    },
  });
  const devices: Device[] = [];
  for (const [index, practitionerId] of plan.devices.entries()) {
    if (practitionerId === null) continue;
    devices.push(
      createDevice({
        name: `${practitionerId}-${String(index)}`,
        index,
        seed: plan.seed,
        identity: await server.addDevice(practitionerId),
        scheduler,
        network,
        tampering: options.tampering ?? {},
        onStarted: (device) =>
          observed(() => scheduler.outside(savedSurvives(device, chronicle.facts, witness, server, devices))),
        onError: fail,
      }),
    );
  }
  const supervisor = await server.addDevice('sue');
  await witness.look();
  const world: World = { scheduler, server, network, chronicle, witness, devices, supervisor, sentBytes };
  const stepsDone = new Map<StepKind, number>();
  const failed = () => problem !== undefined;

  for (const device of devices) device.start();
  for (const step of plan.steps) {
    await scheduler.run(step.gapMs, failed);
    if (failed()) break;
    scheduler.note(`step ${String(step.index)} ${step.do} ${String(step.device)}`);
    stepsDone.set(step.do, (stepsDone.get(step.do) ?? 0) + 1);
    await observed(() => takeStep(step, world));
  }
  if (!failed()) await quieten(world, failed);
  let agedOut = 0;
  if (!failed()) await observed(async () => void (agedOut = await checkEnd(world)));
  for (const device of devices) {
    device.disk().kill();
    device.disk().discard();
  }
  return {
    problem,
    log: scheduler.log,
    faultsMet: network.faultsMet,
    stepsDone,
    savedEdits: chronicle.facts.marks.size,
    versions: witness.current.size,
    agedOut,
  };
}

async function takeStep(step: Step, world: World): Promise<void> {
  const { scheduler, chronicle, devices } = world;
  const device = devices.find(({ index }) => index === step.device);
  if (device === undefined) return;
  const { do: kind, dice } = step;
  if (isPersonsStep(kind)) act({ kind, dice }, device, chronicle, scheduler);
  else await befall(kind, dice, device, world);
}

async function befall(fate: Fate, dice: number, device: Device, world: World): Promise<void> {
  const { scheduler, server, network } = world;
  switch (fate) {
    case 'kill':
      return device.kill();
    case 'kill-at-commit':
      return device.killAtCommit(Math.floor(dice * 12), (dice * 1000) % 2 < 1 ? 'before' : 'after');
    case 'full-disk':
      return device.fillDisk(1 + Math.floor(dice * 6));
    case 'clock-jump':
      return device.jumpClock((dice - 0.5) * 2 * (dice * 7 < 3 ? 300_000 : 40 * 86_400_000));
    case 'offline': {
      const hinted = (dice * 100) % 2 < 1;
      device.setOnline(false, hinted);
      scheduler.after(dice * 90_000, `${device.name} online`, () => device.setOnline(true, hinted));
      return;
    }
    case 'share':
    case 'unshare':
    case 'reshare':
      return await supervise(world, fate, dice);
    case 'server-restart':
      return network.restartServer(dice * 20_000);
    case 'new-device':
      return device.moveTo(await server.addDevice(device.practitionerId));
    case 'new-identity':
      return device.replaceIdentity(await server.addDevice(device.practitionerId));
    case 'back-up':
      return await server.backUp();
    case 'policy':
      return await setPolicy(world, dice < 0.8 ? SHORTEST_RETENTION : null);
    case 'days-pass':
      return scheduler.pass(Math.round(SHORTEST_RETENTION * (0.5 + dice)) * DAY);
    case 'restore':
      world.sentBytes.startAnew();
      return await restoreServer(world);
  }
}

/** The server was restored since the device asked last: it did nothing of what was asked. */
const ANOTHER_EPOCH = 410;
const MINUTE = 60_000;
const DAY = 86_400_000;
/** Virtual; far more than the longest wait of anything. */
const longestQuiet = 20;
/** Minutes in a row. */
const CALM = 2;

async function setPolicy({ server, chronicle }: World, days: number | null): Promise<void> {
  if (days !== null) chronicle.agesOut();
  await server.setRetention(days);
}

/** From here on nothing goes wrong, and nobody types. */
async function quieten({ scheduler, network, devices }: World, failed: () => boolean): Promise<void> {
  network.calm();
  for (const device of devices) {
    device.setOnline(true, true);
    device.fillDisk(0);
  }
  await scheduler.run(3 * MINUTE, failed);
  const busy = () =>
    devices.some((device) => {
      const [row] = device.disk().read(
        `SELECT (SELECT count(*) FROM outbox WHERE state IN ('waiting', 'attempted'))
             + (SELECT count(*) FROM clients_to_fetch) + (SELECT count(*) FROM clients_to_erase) AS open`,
      );
      return row?.['open'] !== 0;
    });
  // Who has nothing to do may be about to hear of something: the slowest answers take a good part of a minute.
  let calm = 0;
  for (let minute = 3; minute < longestQuiet && calm < CALM && !failed(); minute += 1) {
    calm = busy() ? 0 : calm + 1;
    await scheduler.run(MINUTE, failed);
  }
}

/** Yields how many records had aged out. */
async function checkEnd({ devices, chronicle, witness, server }: World): Promise<number> {
  const inspections = [];
  for (const device of devices) inspections.push(await inspect(device));
  const outcome = {
    facts: chronicle.facts,
    devices: inspections,
    current: witness.current,
    history: await server.historyAfter(0),
    caseloads: await server.caseloads(),
    handedOver: await readHandedOver(server),
  };
  for (const holds of finalInvariants) holds(outcome);
  return inspections.reduce((sum, { agedOut }) => sum + agedOut.size, 0);
}
