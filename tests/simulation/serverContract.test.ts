import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planOf } from './plan.ts';
import { runPlan } from './runPlan.ts';
import { START } from './scheduler.ts';
import { comparable } from './server/answers.ts';
import { openLockstep } from './server/lockstep.ts';
import { createMemoryServer } from './server/memoryServer.ts';
import { type RealServers, openRealServers } from './server/realServer.ts';
import { type ContractCase, serverContract } from './server/serverContract.ts';
import type { SimulatedServer } from './server/simulatedServer.ts';

let servers: RealServers;

beforeAll(async () => {
  servers = await openRealServers();
}, 60_000);

afterAll(async () => {
  await servers.close();
});

/** Runs a case, and returns what was asked and answered. */
async function transcript(
  { run }: ContractCase,
  open: (clock: { now(): number }) => Promise<SimulatedServer>,
): Promise<readonly unknown[]> {
  let now = START;
  const server = await open({ now: () => now });
  const lines: unknown[] = [];
  await run({
    server,
    ana: await server.addDevice('ana'),
    tablet: await server.addDevice('ana'),
    ben: await server.addDevice('ben'),
    sue: await server.addDevice('sue'),
    advance: (milliseconds) => {
      now += milliseconds;
    },
    async ask(device, { path, body, headers = {} }) {
      const asked = {
        deviceId: device?.deviceId ?? 'nobody',
        method: body === undefined ? 'GET' : 'POST',
        path,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      };
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const answer = await server.handle(body === undefined ? asked : { ...asked, body: text });
      const answered = { status: answer.status, body: JSON.parse(answer.body) as unknown };
      lines.push({ method: asked.method, status: answered.status, body: comparable(answered.body) });
      return answered;
    },
  });
  const history = await server.historyAfter(0);
  lines.push(history.map(({ key, version }) => [key, version]));
  return lines;
}

describe('the double keeps the contract of the real server, answer for answer', () => {
  for (const contractCase of serverContract) {
    test(contractCase.title, async () => {
      const real = await transcript(contractCase, (clock) => servers.open(clock));
      const double = await transcript(contractCase, (clock) => Promise.resolve(createMemoryServer(clock)));
      const [realHistory, doubleHistory] = [real.at(-1), double.at(-1)] as [string[][], string[][]];
      expect(double.slice(0, -1)).toEqual(real.slice(0, -1));
      const sorted = (history: string[][]) => history.map(([key, version]) => `${key} ${version}`).toSorted();
      expect(sorted(doubleHistory)).toEqual(sorted(realHistory));
    });
  }
});

for (const seed of [3, 21, 276]) {
  test(`in a whole schedule both answer alike, request for request (seed ${seed})`, async () => {
    const differences: unknown[] = [];
    let compared = 0;
    const { problem } = await runPlan(planOf(seed), {
      openServer: async (scheduler) =>
        await openLockstep(createMemoryServer(scheduler), await servers.open(scheduler), (pair) => {
          compared += 1;
          const [double, real] = [pair.double, pair.real].map(({ status, body }) => ({
            status,
            body: comparable(JSON.parse(body)),
          }));
          if (JSON.stringify(canonical(double)) !== JSON.stringify(canonical(real))) {
            differences.push({ asked: pair.asked, double, real });
          }
        }),
    });
    expect(differences.slice(0, 1)).toEqual([]);
    expect(problem).toBeUndefined();
    expect(compared).toBeGreaterThan(20);
  });
}

/** Names in one order: the database keeps its own. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const names = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(names.map(([name, inner]) => [name, canonical(inner)]));
}
