import type { FhirResource } from '@fieldchart/clinical';
import { createSeededRandom } from '@fieldchart/foundation';
import { startEpoch } from '../../../apps/sync-server/src/restore/startEpoch.ts';
import { restoreBackup, takeBackup } from '../../../apps/sync-server/src/testing/backup.ts';
import { type Storage, openPGlite } from '../../../apps/sync-server/src/storage/openStorage.ts';
import { tokenForm } from '../../../apps/sync-server/src/testing/requests.ts';
import {
  type TestDevice,
  type TestServer,
  openTestServer,
  system,
} from '../../../apps/sync-server/src/testing/testServer.ts';
import { writeUnits } from '../../../apps/sync-server/src/write/writeUnits.ts';
import type { Scheduler } from '../scheduler.ts';
import { signDetached } from '../signDetached.ts';
import { PEOPLE, type SimulatedServer, organizationResources } from './simulatedServer.ts';

/** One PGlite, emptied for each server that is opened on it: only one of them is in use at a time. */
export interface RealServers {
  readonly open: (clock: Pick<Scheduler, 'now'>) => Promise<SimulatedServer>;
  close(): Promise<void>;
}

const TOKEN_LASTS_MS = 240_000;

/** The server's own code behind the simulator's port: whose device it is becomes a bearer token on the way in. */
export async function openRealServers(): Promise<RealServers> {
  const storage = await openPGlite();
  return {
    open: (clock) => openRealServer(storage, clock),
    close: () => storage.close(),
  };
}

async function openRealServer(storage: Storage, clock: Pick<Scheduler, 'now'>): Promise<SimulatedServer> {
  const server = await openTestServer(storage);
  const { db } = storage;
  await addPeople(server);
  await takeBackup(db);
  let retentionDays: number | null = null;
  const devices = new Map<string, TestDevice>();
  const tokens = new Map<string, { readonly token: string; readonly until: number }>();

  const tokenOf = async (deviceId: string): Promise<string | undefined> => {
    const device = devices.get(deviceId);
    if (device === undefined) return undefined;
    const kept = tokens.get(deviceId);
    if (kept !== undefined && kept.until > clock.now()) return kept.token;
    const answer = await server.app.inject({
      method: 'POST',
      url: '/auth/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: tokenForm(await server.assertion(device)),
    });
    const { access_token: token } = answer.json<{ access_token: string }>();
    tokens.set(deviceId, { token, until: clock.now() + TOKEN_LASTS_MS });
    return token;
  };

  return {
    kind: 'real',
    async addDevice(practitionerId) {
      server.clock.set(clock.now());
      const device = await server.addDevice(practitionerId);
      devices.set(device.id, device);
      return { deviceId: device.id, practitionerId, sign: (payload) => signDetached(payload, device) };
    },
    async handle({ deviceId, method, path, headers, body }) {
      server.clock.set(clock.now());
      const token = await tokenOf(deviceId);
      const answer = await server.app.inject({
        method: method === 'POST' ? 'POST' : 'GET',
        url: path,
        headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
        ...(body === undefined ? {} : { payload: body }),
      });
      const texts = Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as const);
      return { status: answer.statusCode, headers: Object.fromEntries(texts), body: answer.body };
    },
    async historyAfter(sequence) {
      const rows = await db
        .selectFrom('history')
        .selectAll()
        .where('sequence', '>', sequence)
        .orderBy('sequence')
        .execute();
      return rows.map((row) => ({
        sequence: row.sequence,
        key: `${row.type}/${row.id}`,
        version: row.version,
        clientId: row.client_id,
        resource: row.body,
        mutationId: row.mutation_id,
        practitionerId: row.practitioner_id,
      }));
    },
    async caseloads() {
      const caseloads = new Map<string, Set<string>>();
      for (const row of await db.selectFrom('care_team_member').selectAll().execute()) {
        caseloads.set(row.client_id, (caseloads.get(row.client_id) ?? new Set()).add(row.practitioner_id));
      }
      return caseloads;
    },
    async underReview() {
      const rows = await db
        .selectFrom('review_entry')
        .innerJoin('review_item', 'review_item.id', 'review_entry.item_id')
        .select('content')
        .where('state', '=', 'open')
        .execute();
      return rows.map(({ content }) => JSON.parse(content) as unknown);
    },
    async sealedWork() {
      const rows = await db.selectFrom('sealed_work').select('work').execute();
      return rows.map(({ work }) => work);
    },
    async setRetention(days) {
      retentionDays = days;
      await db.updateTable('organization').set({ retention_days: days }).execute();
    },
    backUp: () => takeBackup(db),
    async restore() {
      server.clock.set(clock.now());
      const registered = await db.selectFrom('device').selectAll().execute();
      await restoreBackup(db);
      await db.updateTable('organization').set({ retention_days: retentionDays }).execute();
      // Devices of after the backup register anew, which is proven elsewhere.
      await db
        .insertInto('device')
        .values(registered.map((row) => ({ ...row, public_key: JSON.stringify(row.public_key) })))
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      // The backup knows of no token that was given out since.
      tokens.clear();
      await startEpoch({ db, clock: server.clock, random: server.random }, { actor: system });
    },
  };
}

/** Those of the simulator whom the test server does not have. */
async function addPeople(server: TestServer): Promise<void> {
  const { db } = server.storage;
  const present = new Set((await db.selectFrom('practitioner').select('id').execute()).map(({ id }) => id));
  const missing = PEOPLE.filter(([id]) => !present.has(id));
  if (missing.length === 0) return;
  await db
    .insertInto('practitioner')
    .values(missing.map(([id, name, role]) => ({ id, name, role })))
    .execute();
  const resources = organizationResources().filter(({ id }) => missing.some(([person]) => person === id));
  const units = resources.map((resource: FhirResource) => ({
    entries: [{ ok: true, mutation: { resource, onlyCreate: true } }] as const,
    signers: new Map(),
  }));
  const deps = { db, clock: server.clock, random: createSeededRandom(1) };
  await writeUnits(deps, system, units);
}
