import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ClinicPlatform,
  type ClinicSession,
  type ConnectivityHint,
  createClinicShell,
} from '@fieldchart/clinic-client';
import type { Database } from '@fieldchart/encrypted-sqlite';
import { exportUnsent } from '@fieldchart/record-store';
import { importJWK, compactDecrypt } from 'jose';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { readCaseloadFile } from '../../apps/sync-server/src/fhir/caseloadFile.ts';
import { revokeDevice } from '../../apps/sync-server/src/identity/deviceDesk.ts';
import { issueTicket } from '../../apps/sync-server/src/identity/issueTicket.ts';
import { loadOrganization } from '../../apps/sync-server/src/identity/organization.ts';
import { prepareRescue } from '../../apps/sync-server/src/identity/rescueDesk.ts';
import { openPGlite } from '../../apps/sync-server/src/storage/openStorage.ts';
import { type TestServer, openTestServer, system } from '../../apps/sync-server/src/testing/testServer.ts';
import { createTestDevice, type TestDevice } from '../../packages/clinic-client/src/testing/testDevice.ts';
import { answerRescue, readRequest } from '../../packages/key-vault/src/testing/answerRescue.ts';

// The app's use cases against the real server, without a browser: what a clinician with a lost PIN, a withdrawn device or
// a ticket that was used twice goes through.

const storage = await openPGlite();
afterAll(() => storage.close());
let server: TestServer;
const devices: TestDevice[] = [];
const locks: (() => Promise<void>)[] = [];
/** Requests that a lock abandoned are still at work in the server: the next test begins after them. */
const underWay = new Set<Promise<unknown>>();
beforeEach(async () => {
  server = await openTestServer(storage, {
    admin: { token: 'operator', ticketFolder: mkdtempSync(join(tmpdir(), 'fieldchart-tickets-')) },
  });
});
afterEach(async () => {
  for (const lock of locks.splice(0)) await lock();
  await Promise.allSettled(underWay);
  for (const device of devices.splice(0)) device.dispose();
});

const oldSecret = 'seven quiet lanterns drift';
const newSecret = 'nine loud harbours sleep';
const deps = () => ({ db: storage.db, clock: server.clock, random: server.random });
const organization = async () => {
  const loaded = await loadOrganization(storage.db);
  if (loaded === undefined) throw new Error('no organisation');
  return loaded;
};

/** A device whose network is a switch, and whose uploads of audit links are counted. */
async function newDevice() {
  const device = await createTestDevice(100 + devices.length);
  devices.push(device);
  const descriptor = (await organization()).descriptor;
  const network = { up: false };
  const listeners = new Set<(hint: ConnectivityHint) => void>();
  const auditUploads: number[] = [];
  let database: Database | undefined;
  const platform: ClinicPlatform = {
    ...device.platform,
    openDatabase: async (file) => (database = await device.platform.openDatabase(file)),
    clock: server.clock,
    organization: () => Promise.resolve(descriptor),
    connectivity: {
      online: () => network.up,
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    createTransport: () => ({
      async request({ method, path, headers, body }) {
        if (!network.up) throw new Error('no network');
        if (path === '/device/audit') auditUploads.push(countEvents(body));
        const answering = server.app.inject({
          method: method as 'GET',
          url: path,
          headers: { ...headers },
          ...(body === undefined ? {} : { payload: body }),
        });
        underWay.add(answering);
        const answer = await answering.finally(() => underWay.delete(answering));
        return {
          status: answer.statusCode,
          headers: answer.headers as Record<string, string>,
          body: answer.body,
        };
      },
    }),
  };
  const openShell = async () => {
    const shell = createClinicShell(platform);
    locks.push(() => shell.lock('hand').catch(() => undefined));
    await until(() => shell.phase().name !== 'starting');
    return shell;
  };
  return {
    device,
    openShell,
    /** How many links each upload carried. */
    auditUploads,
    /** Mutation ids of what waits, oldest first. */
    async waiting(): Promise<readonly string[]> {
      if (database === undefined) throw new Error('no database is open');
      return (await exportUnsent(database)).entries.map(({ mutationId }) => mutationId);
    },
    goOnline() {
      network.up = true;
      for (const listener of listeners) listener('online');
    },
    goOffline() {
      network.up = false;
      for (const listener of listeners) listener('offline');
    },
  };
}

const countEvents = (body: string | undefined) =>
  (JSON.parse(body ?? '{}') as { events: readonly unknown[] }).events.length;

async function ticketFor(practitioner: 'ana' | 'ben') {
  const name = practitioner === 'ana' ? 'Ana Ruiz' : 'Ben Ode';
  const caseload = await readCaseloadFile(storage.db, practitioner);
  const issued = await issueTicket(
    deps(),
    await organization(),
    { id: practitioner, name, role: 'clinician' },
    { caseload },
  );
  return { text: JSON.stringify(issued.file), activationCode: issued.activationCode };
}

type Shell = Awaited<ReturnType<Awaited<ReturnType<typeof newDevice>>['openShell']>>;

async function enrol(shell: Shell, ticket: { text: string; activationCode: string }, secret = oldSecret) {
  const opened = await shell.openTicket(ticket);
  if (!opened.ok) throw new Error(opened.error.kind);
  const outcome = await shell.enrol({
    ticket: opened.value,
    secret,
    secretKind: 'passphrase',
    onProgress: () => {},
  });
  expect(outcome.ok).toBe(true);
  return sessionOf(shell);
}

function sessionOf(shell: Shell): ClinicSession {
  const phase = shell.phase();
  if (phase.name !== 'unlocked') throw new Error(`the app stands at ${phase.name}`);
  return phase.session;
}

/** A client, a visit, and a note that is signed with this device's key. */
async function work(session: ClinicSession, secret: string, text: string) {
  const { clientId } = await session.registerClient({
    given: 'Rosa',
    family: 'Marsh',
    birthDate: '1990-04-01',
    gender: 'female',
    phone: '',
    line: '',
    city: 'Ely',
    state: 'NV',
    postalCode: '',
    language: 'en',
  });
  const { visitId } = await session.startVisit({ clientId, place: 'HH', location: 'at home' });
  const { noteId } = await session.createNote({ clientId, visitId });
  const editor = await session.openEditor(noteId);
  const [section] = editor.sections;
  editor.change(section?.code ?? '', text, {
    section: section?.code ?? '',
    selectionStart: text.length,
    selectionEnd: text.length,
    scroll: 0,
  });
  await until(() => editor.saveState().name === 'saved');
  await editor.close();
  const { revision } = await answerOf(session, noteId);
  expect(await session.signNote({ noteId, revision, secret })).toEqual({ ok: true });
  return { clientId, noteId };
}

function answerOf(session: ClinicSession, noteId: string): Promise<{ revision: number }> {
  return new Promise((resolve) => {
    const stop = session.watch({ kind: 'note', noteId }, (answer) => {
      if (answer === null) return;
      resolve(answer);
      queueMicrotask(() => stop());
    });
  });
}

async function until(
  condition: () => boolean | Promise<boolean>,
  what = 'a condition',
  explain?: () => string,
): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline)
      throw new Error(`waited too long for ${what}${explain === undefined ? '' : `: ${explain()}`}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}

/** What the device's links on the server say was done, in their order. */
async function linkActions(): Promise<readonly (string | undefined)[]> {
  const rows = await storage.db
    .selectFrom('audit')
    .select('body')
    .where('action', '=', 'device-link')
    .orderBy('number')
    .execute();
  return rows.map(({ body }) => (body as { subtype: { code: string }[] }).subtype[0]?.code);
}

/** A forgotten secret, from the request, carried as text, to the opened session. */
async function rescue(shell: Shell, userId: string, secret: string): Promise<void> {
  const asked = await shell.requestRescue({ userId, secret, secretKind: 'passphrase' });
  if (!asked.ok) throw new Error(asked.error.kind);
  const prepared = await prepareRescue(
    { ...deps(), organization: await organization() },
    asked.value.text,
    system,
  );
  if (!prepared.ok) throw new Error(prepared.error.kind);
  const key = await importJWK(server.rescuePrivateKey, 'ECDH-ES+A256KW');
  const { ticket } = prepared.value;
  const answer = await answerRescue(readRequest(asked.value.text), key as CryptoKey, { claims: { ticket } });
  expect(await shell.finishRescue({ userId, secret, answer })).toEqual({ ok: true, value: null });
}

const noteOnServer = async (noteId: string) =>
  storage.db.selectFrom('resource').select('status').where('id', '=', noteId).executeTakeFirst();

test('a PIN forgotten after days offline: by rescue every note is there, and what the lost key signed arrives with the rest', async () => {
  const clinician = await newDevice();
  const shell = await clinician.openShell();
  const session = await enrol(shell, await ticketFor('ana'));
  const { userId } = session.me;
  const before = await work(session, oldSecret, 'Slept three hours.');
  server.clock.advance(3 * 86_400_000);
  await shell.lock('hand');

  // Forgotten. The new secret is chosen, the request leaves over the network.
  const asked = await shell.requestRescue({ userId, secret: newSecret, secretKind: 'passphrase' });
  if (!asked.ok) throw new Error(asked.error.kind);
  expect(await shell.sendRescueRequest(userId)).toEqual({ ok: false, error: { kind: 'unreachable' } });
  clinician.goOnline();
  expect(await shell.sendRescueRequest(userId)).toEqual({ ok: true, value: null });
  expect(await shell.fetchRescueAnswer(userId)).toEqual({ ok: true, value: null });
  clinician.goOffline();

  const prepared = await prepareRescue(
    { ...deps(), organization: await organization() },
    asked.value.text,
    system,
  );
  if (!prepared.ok) throw new Error(prepared.error.kind);
  expect(prepared.value.code).toBe(asked.value.code);
  const key = await importJWK(server.rescuePrivateKey, 'ECDH-ES+A256KW');
  const { ticket } = prepared.value;
  const answer = await answerRescue(readRequest(asked.value.text), key as CryptoKey, { claims: { ticket } });

  expect(await shell.finishRescue({ userId, secret: oldSecret, answer })).toMatchObject({
    error: { kind: 'wrong-secret' },
  });
  expect(await shell.finishRescue({ userId, secret: newSecret, answer })).toEqual({ ok: true, value: null });
  const rescued = sessionOf(shell);
  expect(await answerOf(rescued, before.noteId)).toMatchObject({ status: 'final' });
  const after = await work(rescued, newSecret, 'Slept eight hours.');

  clinician.goOnline();
  await until(
    () => rescued.syncStatus().waiting === 0 && rescued.syncStatus().lastSuccessAt !== null,
    'sync',
  );
  expect(rescued.syncStatus()).toMatchObject({ failed: 0, registration: 'registered' });
  expect(await noteOnServer(before.noteId)).toEqual({ status: 'final' });
  expect(await noteOnServer(after.noteId)).toEqual({ status: 'final' });
  const registered = await storage.db
    .selectFrom('device')
    .select(['revoked_at', 'replaced_by'])
    .where('practitioner_id', '=', 'ana')
    .where('id', '!=', server.ana.id)
    .orderBy('replaced_by', 'asc')
    .execute();
  expect(registered.filter((one) => one.replaced_by === null)).toHaveLength(1);
  expect(registered.filter((one) => one.replaced_by !== null)).toHaveLength(1);

  await shell.lock('hand');
  expect(await shell.unlock({ userId, secret: oldSecret })).toMatchObject({
    error: { kind: 'wrong-secret' },
  });
  expect((await shell.unlock({ userId, secret: newSecret })).ok).toBe(true);
});

test('the audit chain goes on through a rescue: what was sent stays sent, what follows arrives, and nothing is reported missing', async () => {
  const clinician = await newDevice();
  const shell = await clinician.openShell();
  const session = await enrol(shell, await ticketFor('ana'));
  const { userId } = session.me;
  clinician.goOnline();
  await until(async () => (await linkActions()).length === 1, 'the first link');
  clinician.goOffline();
  await shell.lock('hand');
  expect((await shell.unlock({ userId, secret: oldSecret })).ok).toBe(true);
  await shell.lock('hand');

  // Two rescues: the device that the first one made is lost before it ever reached the server.
  await rescue(shell, userId, 'eight calm orchards wander');
  await shell.lock('hand');
  await rescue(shell, userId, newSecret);
  clinician.goOnline();
  const told = ['rescue-requested', 'rescued', 'unlock'];
  const expected = ['user-added', 'unlock', ...told, ...told];
  await until(async () => (await linkActions()).length >= expected.length, 'the links of after the rescues');
  expect(await linkActions()).toEqual(expected);
  expect(await storage.db.selectFrom('alert').selectAll().execute()).toEqual([]);
  const active = await storage.db
    .selectFrom('device')
    .select('id')
    .where('practitioner_id', '=', 'ana')
    .where('id', '!=', server.ana.id)
    .where('replaced_by', 'is', null)
    .execute();
  expect(active).toHaveLength(1);

  await shell.lock('hand');
  expect((await shell.unlock({ userId, secret: newSecret })).ok).toBe(true);
  await until(async () => (await linkActions()).length === expected.length + 1, 'the next link');
  expect(clinician.auditUploads).toEqual([1, expected.length - 1, 1]);
});

test('the audit chain arrives whole: failures, unlocks, a changed secret; the server finds nothing missing', async () => {
  const clinician = await newDevice();
  const shell = await clinician.openShell();
  const session = await enrol(shell, await ticketFor('ana'));
  const { userId } = session.me;
  await shell.lock('hand');
  for (const guess of ['one', 'two', 'three', 'four']) {
    await shell.unlock({ userId, secret: `wrong wrong wrong ${guess}` });
  }
  expect(await shell.unlock({ userId, secret: oldSecret })).toMatchObject({ error: { kind: 'delayed' } });
  server.clock.advance(10_000);
  expect((await shell.unlock({ userId, secret: oldSecret })).ok).toBe(true);
  const again = sessionOf(shell);
  const change = { current: oldSecret, next: newSecret, nextKind: 'passphrase' } as const;
  expect(await again.changeSecret(change)).toEqual({ ok: true });
  expect(await again.changeSecret(change)).toMatchObject({ error: { kind: 'wrong-secret' } });
  clinician.goOnline();
  await until(async () => (await linkActions()).length >= 5, 'the audit links');
  expect(await linkActions()).toEqual(['user-added', 'unlock-failures', 'delay', 'unlock', 'secret-changed']);
  expect(await storage.db.selectFrom('alert').selectAll().execute()).toEqual([]);
  await shell.lock('hand');
  expect((await shell.unlock({ userId, secret: newSecret })).ok).toBe(true);
});

test('a withdrawn device seals its unsent work, hands it over, destroys everything, and says so', async () => {
  const clinician = await newDevice();
  const shell = await clinician.openShell();
  const session = await enrol(shell, await ticketFor('ana'));
  clinician.goOnline();
  await until(() => session.syncStatus().registration === 'registered', 'registration');
  clinician.goOffline();
  const { noteId } = await work(session, oldSecret, 'Never sent in the clear.');
  const device = await storage.db
    .selectFrom('device')
    .select('id')
    .where('practitioner_id', '=', 'ana')
    .where('id', '!=', server.ana.id)
    .executeTakeFirstOrThrow();
  await revokeDevice(deps(), device.id, { erase: true, actor: system });
  server.clock.advance(10 * 60_000);
  clinician.goOnline();
  await until(
    () => shell.phase().name === 'welcome',
    'the withdrawal',
    () => JSON.stringify([shell.phase(), session.syncStatus()]),
  );
  expect(shell.phase()).toEqual({ name: 'welcome', reason: 'erased' });
  expect(clinician.device.profiles.size).toBe(0);
  expect(await noteOnServer(noteId)).toBeUndefined();
  const { work: sealed } = await storage.db
    .selectFrom('sealed_work')
    .select('work')
    .executeTakeFirstOrThrow();
  const key = await importJWK(server.rescuePrivateKey, 'ECDH-ES+A256KW');
  const { plaintext } = await compactDecrypt(sealed, key);
  expect(new TextDecoder().decode(plaintext)).toContain('Never sent in the clear.');
  const { erased_at: erasedAt } = await storage.db
    .selectFrom('device')
    .select('erased_at')
    .where('id', '=', device.id)
    .executeTakeFirstOrThrow();
  expect(erasedAt).not.toBeNull();
});

test('one ticket on two devices: the second is refused, keeps its work, and sends it after a new ticket', async () => {
  const ticket = await ticketFor('ana');
  const first = await newDevice();
  const firstSession = await enrol(await first.openShell(), ticket);
  first.goOnline();
  await until(() => firstSession.syncStatus().registration === 'registered', 'the first device');

  const second = await newDevice();
  const session = await enrol(await second.openShell(), ticket);
  const { noteId } = await work(session, oldSecret, 'Written on the second device.');
  second.goOnline();
  await until(() => session.syncStatus().registration === 'ticket_used', 'the refusal');
  expect(session.syncStatus()).toMatchObject({ lastProblem: 'ticket_used', failed: 0 });
  expect(await noteOnServer(noteId)).toBeUndefined();
  const alerts = await storage.db.selectFrom('alert').select('kind').execute();
  expect(alerts).toEqual([{ kind: 'ticket-used-twice' }]);

  const waiting = await second.waiting();
  expect(waiting.length).toBeGreaterThan(3);
  expect(await session.rehome(await ticketFor('ben'))).toEqual({
    ok: false,
    error: { kind: 'other-practitioner' },
  });
  expect(await session.rehome(await ticketFor('ana'))).toEqual({ ok: true });
  await until(async () => (await noteOnServer(noteId))?.status === 'final', 'the note');
  expect(session.syncStatus().registration).toBe('registered');
  await until(() => session.syncStatus().waiting === 0, 'the rest');
  const rows = await storage.db
    .selectFrom('history')
    .select('mutation_id')
    .where('mutation_id', 'is not', null)
    .execute();
  expect(new Set(rows.map((row) => row.mutation_id))).toEqual(new Set(waiting));
  expect(rows).toHaveLength(waiting.length);
});

test('E3: two users of one device; one who leaves takes their key and file along, and only once all is sent', async () => {
  const shared = await newDevice();
  const shell = await shared.openShell();
  const ana = await enrol(shell, await ticketFor('ana'));
  const anaId = ana.me.userId;
  await shell.lock('switch');
  const ben = await enrol(shell, await ticketFor('ben'), newSecret);
  const benId = ben.me.userId;
  await work(ben, newSecret, 'Of Ben.');
  expect(await ben.removeFromDevice({ secret: oldSecret })).toMatchObject({
    error: { kind: 'wrong-secret' },
  });
  expect(await ben.removeFromDevice({ secret: newSecret })).toEqual({
    ok: false,
    error: { kind: 'unsent-work' },
  });
  shared.goOnline();
  await until(() => ben.syncStatus().waiting === 0 && ben.syncStatus().registration === 'registered', 'sync');
  expect(await ben.removeFromDevice({ secret: newSecret })).toEqual({ ok: true });
  const phase = shell.phase();
  expect(phase).toMatchObject({ name: 'locked', reason: 'left', users: [{ userId: anaId }] });
  await expect(shell.unlock({ userId: benId, secret: newSecret })).rejects.toMatchObject({
    code: 'USER_UNKNOWN',
  });
  expect((await shell.unlock({ userId: anaId, secret: oldSecret })).ok).toBe(true);
});
