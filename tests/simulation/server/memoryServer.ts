import { CURSOR_HEADER, type FhirResource, REVIEW_PATH, sealedWorkUpload } from '@fieldchart/clinical';
import type { HttpAnswer } from '@fieldchart/fhir-sync';
import { type Clock, createSeededRandom, toInstant } from '@fieldchart/foundation';
import {
  RequestRefused,
  refusedResponse,
  toOutcome,
  withMeta,
  writtenResponse,
} from '../../../apps/sync-server/src/fhir/answer.ts';
import { parseBundle } from '../../../apps/sync-server/src/fhir/parseWrite.ts';
import { toHistoryBundle } from '../../../apps/sync-server/src/fhir/readHistory.ts';
import { toSearchset } from '../../../apps/sync-server/src/fhir/readResource.ts';
import { type Actor, type Unit, refusal } from '../../../apps/sync-server/src/write/mutation.ts';
import { receiptOf } from '../sealing.ts';
import { type MemoryRecords, emptyRecords, writeToMemory } from './memoryRecords.ts';
import { changesOf, chartPage, historyPage, mayRead, readCursor } from './memoryReads.ts';
import { keepForReview } from './memoryReview.ts';
import {
  type ArrivedRequest,
  PEOPLE,
  type SimulatedIdentity,
  type SimulatedServer,
  organizationResources,
} from './simulatedServer.ts';
import { standInSignature, verifyStandIns } from './standInSignature.ts';

const SYSTEM: Actor = { practitionerId: null, deviceId: null, role: 'system' };
const FHIR_JSON = 'application/fhir+json; charset=utf-8';
/** As the real server's `startEpoch` counts. */
const YEAR_2020 = 1_577_836_800_000;
const absent = () => new RequestRefused(refusal(404, 'not-found', 'there is no such resource'));

/**
 * The server in memory: the HTTP that devices use, over plain lists. What is written and why not, how a bundle is read
 * and how an answer looks are the server's own functions; storage, reads and routing are doubled here, and proven
 * equal by the server contract.
 */
export function createMemoryServer(clock: Clock): SimulatedServer {
  const practitioners = new Map<string, string>();
  const random = createSeededRandom(11);
  let epochs = 1;
  let retentionDays: number | null = null;
  let records = writeToMemory(
    emptyRecords('epoch-1'),
    SYSTEM,
    organizationResources().map(onlyCreate),
    clock.now(),
  ).records;
  let backup: MemoryRecords = records;

  const actorOf = (deviceId: string): Actor => {
    const practitionerId = practitioners.get(deviceId);
    const role = PEOPLE.find(([id]) => id === practitionerId)?.[2];
    if (practitionerId === undefined || role === undefined) {
      throw new RequestRefused(refusal(401, 'login', 'a valid access token is needed'));
    }
    return { practitionerId, deviceId, role };
  };

  const write = (actor: Actor, body: string | undefined): object => {
    const bundle = parseBundle(parseJson(body));
    if (!bundle.ok) throw new RequestRefused(bundle.error.refusal);
    const { type, entries } = bundle.value;
    const groups = type === 'transaction' ? [entries] : entries.map((entry) => [entry]);
    const facts = {
      stored: (key: string) => records.current.get(key)?.resource,
      practitionerOf: (deviceId: string) => practitioners.get(deviceId),
    };
    const units = groups.filter((group) => group.length > 0).map((group) => verifyStandIns(group, facts));
    const result = writeToMemory(records, actor, units, clock.now());
    records = result.records;
    const entry = result.outcomes.flatMap((outcome) => {
      if (outcome.ok) return outcome.written.map((written) => ({ response: writtenResponse(written) }));
      if (type === 'transaction') {
        throw new RequestRefused({ ...outcome.refusal, expression: `Bundle.entry[${String(outcome.at)}]` });
      }
      return [{ response: refusedResponse(outcome.refusal) }];
    });
    return { resourceType: 'Bundle', type: `${type}-response`, entry };
  };

  const review = (actor: Actor, body: string | undefined): object => {
    const bundle = parseBundle(parseJson(body));
    if (!bundle.ok) throw new RequestRefused(bundle.error.refusal);
    const kept = keepForReview(records, actor, bundle.value, { now: clock.now(), random });
    ({ records } = kept);
    return kept.answer;
  };

  const read = (actor: Actor, path: string): object => {
    const { pathname, searchParams } = new URL(path, 'http://simulated');
    const count = Math.min(Number(searchParams.get('_count') ?? 200), 1000);
    const [, , type = '', id = '', rest = ''] = pathname.split('/');
    if (type === '$changes') {
      const cursor = searchParams.get('_cursor') ?? undefined;
      const question = { practitionerId: actor.practitionerId ?? '', cursor, count };
      return changesOf(records, question, { now: clock.now(), retentionDays });
    }
    if (rest === '_history') {
      const asked = { type, id, count, page: searchParams.get('_page') };
      const page = historyPage(records, actor, asked);
      if (page.versions.length === 0) throw absent();
      const self = `${type}/${id}/_history?_count=${String(count)}`;
      return toHistoryBundle(page, {
        self: asked.page === null ? self : `${self}&_page=${asked.page}`,
        next: page.next === undefined ? undefined : `${self}&_page=${page.next}`,
      });
    }
    const row = records.current.get(`${type}/${id}`)?.row;
    if (row === undefined || !mayRead(records, actor, row)) throw absent();
    if (type === 'Patient' && rest === '$everything') {
      const page = chartPage(records, actor, {
        clientId: id,
        count,
        after: searchParams.get('_after') ?? undefined,
      });
      const self = `Patient/${id}/$everything?_count=${String(count)}`;
      const next = page.after === undefined ? undefined : `${self}&_after=${page.after}`;
      return toSearchset(page.rows.map(withMeta), { self, next });
    }
    throw absent();
  };

  const answer = (request: ArrivedRequest): HttpAnswer => {
    if (request.path === '/health') {
      return toAnswer(200, { status: 'ok', time: toInstant(clock.now()) }, 'application/json');
    }
    try {
      const actor = actorOf(request.deviceId);
      if (request.method === 'GET') return toAnswer(200, read(actor, request.path));
      if (request.path === '/device/sealed-work') return seal(request.body);
      if (request.path !== '/fhir' && request.path !== REVIEW_PATH) throw absent();
      const cursor = request.headers[CURSOR_HEADER];
      if (cursor !== undefined) readCursor(records, cursor);
      return toAnswer(200, (request.path === REVIEW_PATH ? review : write)(actor, request.body));
    } catch (error) {
      if (!(error instanceof RequestRefused)) throw error;
      return toAnswer(error.refusals[0]?.status ?? 500, toOutcome(...error.refusals));
    }
  };

  const seal = (body: string | undefined): HttpAnswer => {
    const asked = sealedWorkUpload.safeParse(parseJson(body));
    if (!asked.success) throw new RequestRefused(refusal(400, 'invalid', 'the upload is not sealed work'));
    records = { ...records, sealed: new Set([...records.sealed, asked.data.work]) };
    return toAnswer(201, { sha256: receiptOf(asked.data.work) }, 'application/json');
  };

  const toAnswer = (status: number, body: object, type = FHIR_JSON): HttpAnswer => ({
    status,
    headers: { 'content-type': type, date: new Date(clock.now()).toUTCString() },
    body: JSON.stringify(body),
  });

  return {
    kind: 'double',
    addDevice(practitionerId): Promise<SimulatedIdentity> {
      const deviceId = `device-${String(practitioners.size + 1)}`;
      practitioners.set(deviceId, practitionerId);
      const sign = (payload: Uint8Array) => Promise.resolve(standInSignature(payload, deviceId));
      return Promise.resolve({ deviceId, practitionerId, sign });
    },
    handle: (request) => Promise.resolve(answer(request)),
    historyAfter: (sequence) =>
      Promise.resolve(
        records.history.slice(firstAfter(records, sequence)).map((row) => ({
          sequence: row.sequence,
          key: `${row.type}/${row.id}`,
          version: row.version,
          clientId: row.client_id,
          resource: row.body,
          mutationId: row.mutation_id,
          practitionerId: row.practitioner_id,
        })),
      ),
    caseloads() {
      const caseloads = new Map<string, Set<string>>();
      for (const { clientId, members } of records.teams.values()) {
        const all = caseloads.get(clientId) ?? new Set();
        for (const member of members) all.add(member);
        caseloads.set(clientId, all);
      }
      return Promise.resolve(caseloads);
    },
    underReview: () => Promise.resolve([...records.inbox.values()].map(({ source }) => source)),
    sealedWork: () => Promise.resolve([...records.sealed]),
    setRetention(days) {
      retentionDays = days;
      return Promise.resolve();
    },
    backUp() {
      backup = records;
      return Promise.resolve();
    },
    restore() {
      epochs += 1;
      const seconds = Math.floor((clock.now() - YEAR_2020) / 1000);
      const versionFloor = seconds > backup.versionFloor ? seconds : backup.versionFloor + 1_000_000;
      records = { ...backup, epoch: `epoch-${String(epochs)}`, versionFloor };
      return Promise.resolve();
    },
  };
}

function onlyCreate(resource: FhirResource): Unit {
  return { entries: [{ ok: true, mutation: { resource, onlyCreate: true } }], signers: new Map() };
}

/** Rows stand in order of sequence; the new ones are the last few. */
function firstAfter({ history }: MemoryRecords, sequence: number): number {
  let at = history.length;
  while (at > 0 && (history[at - 1]?.sequence ?? 0) > sequence) at -= 1;
  return at;
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    throw new RequestRefused(refusal(400, 'structure', 'the body is not JSON'));
  }
}
