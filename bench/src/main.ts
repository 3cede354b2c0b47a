import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toInstant } from '@fieldchart/foundation';
import { isMissed, type SuiteResult, type SuiteRun } from './figures.ts';
import { describeMachine, load } from './machine.ts';
import { makeNodeDevice, type NodeDevice } from './node/nodeDevice.ts';
import { keystrokeNode } from './node/keystrokeNode.ts';
import { changeNode, ticketNode } from './node/identityNode.ts';
import { coldStartNode, memoryNode } from './node/startNode.ts';
import { parseOptions, SUITES, type SuiteName } from './options.ts';
import { makeTicket } from './records/makeTicket.ts';
import { printResult } from './printResult.ts';
import { writeReport } from './report.ts';
import { type ChromiumDevices, openChromiumDevices } from './chromium/chromiumDevices.ts';
import { memoryChromium } from './chromium/appMemory.ts';
import { queueMemory } from './queue/queueMemory.ts';
import { queueSql } from './queue/queueSql.ts';
import { storeLive } from './store/liveQueries.ts';
import { storeDisk } from './store/storeDisk.ts';
import { storeEdit } from './store/storeEdit.ts';
import { searchChromium } from './search/searchChromium.ts';
import { searchNode } from './search/searchNode.ts';
import { searchServer } from './search/searchServer.ts';
import { syncEdits } from './sync/syncEdits.ts';
import { syncFirst, syncPull, syncPush } from './sync/syncRecords.ts';
import {
  changeChromium,
  coldStartChromium,
  keystrokeChromium,
  ticketChromium,
} from './chromium/chromiumSuites.ts';

const RESULTS = fileURLToPath(new URL('../results/', import.meta.url));
/** Suites that need a device of each size; making them is no part of their figures. */
const ON_DEVICES = /^(?:keystroke|cold-start|change|memory|store-edit|store-live|search-(?:node|chromium))/u;
const say = (line: string) => console.log(line);

const { suites, quick, keep, notes } = parseOptions(process.argv.slice(2));
const sizes = quick ? [1000, 10_000] : [1000, 10_000, 100_000];
const folder = mkdtempSync(join(tmpdir(), 'fieldchart-bench-'));
const startedAt = toInstant(Date.now());
const machine = describeMachine();
say(
  `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGigabytes} GB, ${machine.system}, Node ${machine.node}`,
);

let chromium: ChromiumDevices | undefined;
let file = '';
try {
  let made: Promise<readonly NodeDevice[]> | undefined;
  const devices = () => (made ??= makeDevices());
  const inChromium = async () =>
    (chromium ??= await openChromiumDevices(join(folder, 'profile'), await devices(), say));
  const waiting = quick ? [100, 10_000] : [100, 100_000];
  const run: Record<SuiteName, () => Promise<SuiteResult>> = {
    'keystroke-node': async () => keystrokeNode(await devices(), quick ? 300 : 2000),
    'keystroke-chromium': async () => keystrokeChromium(await inChromium(), quick ? 200 : 1000),
    'cold-start-node': async () => coldStartNode(await devices(), quick ? 3 : 11),
    'cold-start-chromium': async () => coldStartChromium(await inChromium(), quick ? 3 : 11),
    'ticket-node': async () => ticketNode(folder, await makeTicket(), quick ? 2 : 7),
    'ticket-chromium': async () => ticketChromium(await inChromium(), await makeTicket(), quick ? 2 : 7),
    'change-node': async () => changeNode(await devices(), quick ? 2 : 8),
    'change-chromium': async () => changeChromium(await inChromium(), quick ? 2 : 8),
    'memory-node': async () => memoryNode(await devices(), quick ? 1 : 5),
    'memory-chromium': async () => memoryChromium(await inChromium(), quick ? 1 : 3),
    'store-edit': async () => storeEdit(join(folder, 'store'), await devices(), quick ? 5 : 30),
    'store-disk': () => storeDisk(join(folder, 'disk'), quick ? 10_000 : 100_000, quick ? 100 : 1000),
    'store-live': async () => storeLive(largest(await devices()), quick ? 200 : 2000),
    'search-node': async () => searchNode(largest(await devices()), quick ? 20 : 200),
    'search-chromium': async () => searchChromium(await inChromium(), quick ? 20 : 200),
    'queue-memory': () => Promise.resolve(queueMemory(waiting, quick ? 50 : 200)),
    'queue-sql': () => queueSql(join(folder, 'queue'), waiting, quick ? 20 : 200),
    'sync-edits': () => syncEdits(join(folder, 'sync'), quick ? 1000 : 10_000, quick ? 100 : 1000, say),
    'sync-push': () => syncPush(join(folder, 'sync'), quick ? 1000 : 10_000, say),
    'sync-pull': () => syncPull(join(folder, 'sync'), quick ? 1000 : 10_000, say),
    'search-server': () => searchServer(notes ?? (quick ? 10_000 : 100_000), quick ? 20 : 200, say),
    'sync-first': () => syncFirst(join(folder, 'sync'), quick ? 20 : 2000, say),
  };
  const runs: SuiteRun[] = [];
  for (const suite of suites) {
    const suiteStartedAt = toInstant(Date.now());
    let before = load();
    const result = await outcomeOf(async () => {
      if (suite.endsWith('chromium')) await inChromium();
      else if (ON_DEVICES.test(suite)) await devices();
      before = load();
      return await run[suite]();
    });
    const loadBetween = [before, load()];
    say(`\n${suite} (load ${loadBetween.join(' → ')} on ${machine.cores} cores)`);
    say('failure' in result ? `  FAILED: ${result.failure}` : printResult(result));
    const on = chromium === undefined ? machine : { ...machine, chromium: chromium.version };
    runs.push({ suite, startedAt: suiteStartedAt, machine: on, quick, load: loadBetween, ...result });
    // Written as they come: what breaks later costs nothing of what was measured.
    file = await writeReport(RESULTS, runs, { keep, order: SUITES, startedAt });
  }
  const targets = runs.flatMap((result) =>
    'failure' in result ? [] : [...result.ratios, ...(result.limits ?? [])],
  );
  const missed = targets.filter(isMissed).length;
  const failed = runs.filter((result) => 'failure' in result).length;
  say(`\n${missed} targets missed, ${failed} suites failed. Written to ${file}`);
  if (failed > 0) process.exitCode = 1;
} finally {
  await chromium?.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function largest(devices: readonly NodeDevice[]): NodeDevice {
  const device = devices.at(-1);
  if (device === undefined) throw new Error('There is no device');
  return device;
}

async function makeDevices(): Promise<readonly NodeDevice[]> {
  const devices: NodeDevice[] = [];
  for (const notes of sizes) {
    say(`Making a device with ${notes} notes`);
    devices.push(await makeNodeDevice(join(folder, String(notes)), notes, say));
  }
  return devices;
}

/** A suite that breaks must not cost the figures of the others. */
async function outcomeOf(
  suite: () => Promise<SuiteResult>,
): Promise<SuiteResult | { readonly failure: string }> {
  try {
    return await suite();
  } catch (error) {
    return { failure: String(error) };
  }
}
