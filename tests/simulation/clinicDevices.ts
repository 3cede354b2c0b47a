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
import { importJWK } from 'jose';
import { afterAll, afterEach, beforeEach, expect } from 'vitest';
import { readCaseloadFile } from '../../apps/sync-server/src/fhir/caseloadFile.ts';
import { issueTicket } from '../../apps/sync-server/src/identity/issueTicket.ts';
import { loadOrganization } from '../../apps/sync-server/src/identity/organization.ts';
import { prepareRescue } from '../../apps/sync-server/src/identity/rescueDesk.ts';
import { openPGlite } from '../../apps/sync-server/src/storage/openStorage.ts';
import { type TestServer, openTestServer, system } from '../../apps/sync-server/src/testing/testServer.ts';
import { createTestDevice, type TestDevice } from '../../packages/clinic-client/src/testing/testDevice.ts';
import { answerRescue, readRequest } from '../../packages/key-vault/src/testing/answerRescue.ts';

// The app's use cases against the real server, without a browser: devices whose network is a switch.

export const storage = await openPGlite();
afterAll(() => storage.close());
export let server: TestServer;
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

export const oldSecret = 'seven quiet lanterns drift';
export const newSecret = 'nine loud harbours sleep';
export const deps = () => ({ db: storage.db, clock: server.clock, random: server.random });
export const organization = async () => {
  const loaded = await loadOrganization(storage.db);
  if (loaded === undefined) throw new Error('no organisation');
  return loaded;
};

/** A device whose network is a switch, and whose uploads of audit links are counted. */
export async function newDevice() {
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

export async function ticketFor(practitioner: 'ana' | 'ben') {
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

export async function enrol(
  shell: Shell,
  ticket: { text: string; activationCode: string },
  secret = oldSecret,
) {
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

export function sessionOf(shell: Shell): ClinicSession {
  const phase = shell.phase();
  if (phase.name !== 'unlocked') throw new Error(`the app stands at ${phase.name}`);
  return phase.session;
}

/** A client, a visit, and a note that is signed with this device's key. */
export async function work(session: ClinicSession, secret: string, text: string) {
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

export function answerOf(session: ClinicSession, noteId: string): Promise<{ revision: number }> {
  return new Promise((resolve) => {
    const stop = session.watch({ kind: 'note', noteId }, (answer) => {
      if (answer === null) return;
      resolve(answer);
      queueMicrotask(() => stop());
    });
  });
}

export async function until(
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
export async function linkActions(): Promise<readonly (string | undefined)[]> {
  const rows = await storage.db
    .selectFrom('audit')
    .select('body')
    .where('action', '=', 'device-link')
    .orderBy('number')
    .execute();
  return rows.map(({ body }) => (body as { subtype: { code: string }[] }).subtype[0]?.code);
}

/** A forgotten secret, from the request, carried as text, to the opened session. */
export async function rescue(shell: Shell, userId: string, secret: string): Promise<void> {
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

export const noteOnServer = async (noteId: string) =>
  storage.db.selectFrom('resource').select('status').where('id', '=', noteId).executeTakeFirst();
