import { openPostgres } from '../../../apps/sync-server/src/storage/openStorage.ts';
import {
  openTestServer,
  type TestDevice,
  type TestServer,
} from '../../../apps/sync-server/src/testing/testServer.ts';
import { startPostgres } from '../../../tests/postgres/startPostgres.ts';
import { type Figure, figure, type SuiteResult } from '../figures.ts';
import { loadServer } from './loadServer.ts';

const QUESTIONS = {
  prefix: '_content=anx',
  'two words': '_content=anxiety+sleep+',
  phrase: '_content=%22reported+feeling%22',
  'common word': '_content=client+',
  'rare word': '_content=nightmares+',
  'filter alone': 'status=preliminary',
} as const;

/** Full-text search on PostgreSQL with `notes` notes in caseloads of a hundred clients, over the whole route: token, search, audit, JSON. */
export async function searchServer(
  notes: number,
  rounds: number,
  say: (line: string) => void,
): Promise<SuiteResult> {
  const postgres = await startPostgres();
  const storage = await openPostgres(postgres.url);
  try {
    const server = await openTestServer(storage);
    await loadServer(server, notes, say);
    const askers = [
      ['a clinician', await server.addDevice('p0')],
      ['a supervisor', server.sue],
    ] as const;
    const figures: Figure[] = [];
    const remarks: string[] = [];
    for (const [who, device] of askers) {
      for (const [what, query] of Object.entries(QUESTIONS)) {
        const { first, next } = await measure(server, device, query, rounds);
        figures.push(figure(`${who}: ${what}`, notes, first));
        if (next.length > 0) figures.push(figure(`${who}: ${what}, next page`, notes, next));
        remarks.push(
          `p95 of ${who}, ${what}: ${p95(first)} ms${next.length > 0 ? `, next page ${p95(next)} ms` : ''}`,
        );
      }
    }
    return { sizes: 'notes', figures, ratios: [], remarks };
  } finally {
    await storage.close();
    await postgres.stop();
  }
}

async function measure(
  server: TestServer,
  device: TestDevice,
  query: string,
  rounds: number,
): Promise<{ first: number[]; next: number[] }> {
  const [first, next]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    const page = await timed(server, device, `Composition?${query}&_sort=-date`, first);
    if (page !== undefined) await timed(server, device, page, next);
  }
  return { first, next };
}

/** Asks, keeps the milliseconds, and resolves with the address of the next page. */
async function timed(
  server: TestServer,
  device: TestDevice,
  path: string,
  into: number[],
): Promise<string | undefined> {
  const started = performance.now();
  const { status, body } = await server.ask(device, 'GET', `/fhir/${path}`);
  into.push(performance.now() - started);
  if (status !== 200) throw new Error(`${path} was answered with ${String(status)}`);
  const links: readonly { readonly relation: string; readonly url: string }[] = body.link;
  return links.find(({ relation }) => relation === 'next')?.url;
}

function p95(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN).toFixed(1);
}
