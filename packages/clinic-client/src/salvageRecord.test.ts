import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HttpRequest } from '@fieldchart/fhir-sync';
import { CodedError } from '@fieldchart/foundation';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSealedWork } from '../../key-vault/src/testing/openSealedWork.ts';
import type { ClinicShell } from './api.ts';
import { createClinicShell } from './shell.ts';
import { createTestDevice, type TestDevice } from './testing/testDevice.ts';

const secret = 'seven quiet lanterns drift';
const text = 'Reports steady sleep and walked by the river.';
const patient = {
  resourceType: 'Patient',
  id: 'p1',
  name: [{ family: 'Quintanilla', given: ['Rosa'] }],
  birthDate: '1980-02-03',
  meta: { versionId: '1', lastUpdated: '2026-09-01T10:00:00.000Z' },
};

let device: TestDevice;
let userId = '';
beforeEach(async () => {
  device = await createTestDevice();
  const shell = createClinicShell({
    ...device.platform,
    openDatabase(options) {
      dataKey = Uint8Array.from(options.key);
      return device.platform.openDatabase(options);
    },
  });
  await inPhase(shell, 'welcome');
  const opened = await shell.openTicket(await device.ticketFile([patient]));
  if (!opened.ok) throw new Error(opened.error.kind);
  await shell.enrol({ ticket: opened.value, secret, secretKind: 'passphrase', onProgress: () => {} });
  const { session } = await inPhase(shell, 'unlocked');
  userId = session.me.userId;
  const { visitId } = await session.startVisit({ clientId: 'p1', place: 'AMB', location: '' });
  const { noteId } = await session.createNote({ clientId: 'p1', visitId });
  const editor = await session.openEditor(noteId);
  editor.change('data', text, { section: 'data', selectionStart: 1, selectionEnd: 1, scroll: 0 });
  await editor.close();
  await shell.lock('hand');
});
afterEach(() => device.dispose());

async function inPhase<Name extends ReturnType<ClinicShell['phase']>['name']>(
  shell: ClinicShell,
  name: Name,
) {
  await expect.poll(() => shell.phase().name).toBe(name);
  return shell.phase() as Extract<ReturnType<ClinicShell['phase']>, { name: Name }>;
}

let dataKey = new Uint8Array();

/** What the audit chain says of damage. */
async function damageLinks(of: Pick<TestDevice, 'auditLinks'>): Promise<readonly object[]> {
  const links = await of.auditLinks(dataKey);
  return links.filter(([action]) => action === 'record-damaged').map(([, details]) => details);
}

const path = () => join(device.directory, `user-${userId}.db`);

function damage(...places: readonly number[]): Buffer {
  const bytes = readFileSync(path());
  for (const at of places) bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  writeFileSync(path(), bytes);
  return bytes;
}

test('D3: of a damaged database what can be read is sealed for the provider and kept; the file stays as it is', async () => {
  const damaged = damage(3);
  const shell = device.shell();
  await inPhase(shell, 'locked');
  expect(await shell.unlock({ userId, secret })).toEqual({ ok: false, error: { kind: 'database-damaged' } });
  const outcome = await shell.salvage({ userId, secret });
  if (!outcome.ok) throw new Error(outcome.error.kind);
  const { work, ...counts } = outcome.value;
  expect(counts).toMatchObject({ waiting: 2, records: 3, unreadable: 0, sent: false });
  expect(counts.unproven).toBe(5);
  const content = await openSealedWork(work ?? '', device.rescuePrivateKey);
  expect(content).toContain(text);
  expect(JSON.parse(content)).toMatchObject({ salvaged: true, unreadable: 0 });
  expect(readFileSync(path()).equals(damaged)).toBe(true);
  expect(readdirSync(device.directory)).toEqual([`user-${userId}.db`]);
});

test('D3: the sealed text is sent when there is a way, as it was made first, and not twice', async () => {
  damage(3);
  const offline = device.shell();
  await inPhase(offline, 'locked');
  const first = await offline.salvage({ userId, secret });
  const received: string[] = [];
  const shell = createClinicShell({
    ...device.platform,
    createTransport: () => ({
      async request({ path: route, body }: HttpRequest) {
        const answer = (status: number, content: object) => ({
          status,
          headers: {},
          body: JSON.stringify(content),
        });
        if (route === '/auth/token') {
          return answer(200, { access_token: 't', token_type: 'Bearer', expires_in: 600 });
        }
        const { work } = JSON.parse(String(body)) as { work: string };
        received.push(work);
        const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(work));
        return answer(201, { sha256: Buffer.from(digest).toString('base64url') });
      },
    }),
  });
  await inPhase(shell, 'locked');
  expect(await shell.salvage({ userId, secret })).toMatchObject({ ok: true, value: { sent: true } });
  expect(await shell.salvage({ userId, secret })).toMatchObject({ ok: true, value: { sent: true } });
  expect(received).toEqual([first.ok ? first.value.work : '']);
});

test('E4: a wrong secret salvages nothing', async () => {
  damage(3);
  const shell = device.shell();
  await inPhase(shell, 'locked');
  expect(await shell.salvage({ userId, secret: 'another one entirely' })).toMatchObject({
    ok: false,
    error: { kind: 'wrong-secret' },
  });
});

test('D3: a database that was evicted is told apart from a first use, and none is made in its place', async () => {
  rmSync(path());
  const shell = device.shell();
  await inPhase(shell, 'locked');
  for (let time = 0; time < 2; time += 1) {
    expect(await shell.unlock({ userId, secret })).toEqual({
      ok: false,
      error: { kind: 'database-missing' },
    });
  }
  expect(readdirSync(device.directory)).toEqual([]);
});

test('D3: a lost journal is told, and the record opens with what is there once the user says so', async () => {
  const first = device.shell();
  await inPhase(first, 'locked');
  await first.unlock({ userId, secret });
  const { session } = await inPhase(first, 'unlocked');
  await session.startVisit({ clientId: 'p1', place: 'AMB', location: '' });
  const left = device.killed();
  rmSync(join(left.directory, `user-${userId}.db-wal`));
  const shell = left.shell();
  await inPhase(shell, 'locked');
  expect(await shell.unlock({ userId, secret })).toEqual({ ok: false, error: { kind: 'journal-lost' } });
  expect(await shell.unlock({ userId, secret })).toEqual({ ok: false, error: { kind: 'journal-lost' } });
  expect(await shell.unlock({ userId, secret, acceptLostJournal: true })).toEqual({ ok: true, value: null });
  await shell.lock('hand');
  expect(await shell.unlock({ userId, secret })).toEqual({ ok: true, value: null });
  await shell.lock('hand');
  // The provider learns of it from the chain, once.
  expect(await damageLinks(left)).toEqual([{ code: 'DATABASE_JOURNAL_LOST' }]);
  left.dispose();
  await first.lock('hand');
});

test('D3: damage of the chain itself keeps nothing else from being said', async () => {
  let broken = false;
  const shell = createClinicShell({
    ...device.platform,
    async openDatabase(options) {
      const database = await device.platform.openDatabase(options);
      const refuse = () => Promise.reject(new CodedError('DATABASE_CORRUPT', 'a bad page'));
      return {
        ...database,
        all: (sql, params) => (broken ? refuse() : database.all(sql, params)),
        transaction: (work) => (broken ? refuse() : database.transaction(work)),
      };
    },
  });
  await inPhase(shell, 'locked');
  expect(await shell.unlock({ userId, secret })).toMatchObject({ ok: true });
  const { session } = await inPhase(shell, 'unlocked');
  broken = true;
  const stop = session.watch({ kind: 'outbox' }, () => {});
  await expect.poll(() => session.recordDamaged()).toBe(true);
  stop();
  broken = false;
  await shell.lock('hand');
  expect((await inPhase(shell, 'locked')).users).toMatchObject([{ damaged: true }]);
});

test('D3: damage that a read meets while the record is open is told, and remembered at the door', async () => {
  let broken = false;
  const shell = createClinicShell({
    ...device.platform,
    async openDatabase(options) {
      const database = await device.platform.openDatabase(options);
      return {
        ...database,
        all: async (sql, params) => {
          if (broken && sql.includes('FROM outbox')) throw new CodedError('DATABASE_CORRUPT', 'a bad page');
          return await database.all(sql, params);
        },
      };
    },
  });
  await inPhase(shell, 'locked');
  expect(await shell.unlock({ userId, secret })).toMatchObject({ ok: true });
  const { session } = await inPhase(shell, 'unlocked');
  expect(session.recordDamaged()).toBe(false);
  broken = true;
  const stop = session.watch({ kind: 'outbox' }, () => {});
  await expect.poll(() => session.recordDamaged()).toBe(true);
  stop();
  broken = false;
  await shell.lock('hand');
  expect((await inPhase(shell, 'locked')).users).toMatchObject([{ damaged: true }]);
  expect(await damageLinks(device)).toEqual([{ code: 'DATABASE_CORRUPT' }]);
});
