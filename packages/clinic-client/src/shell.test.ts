import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { moved, viewChanged } from './activityStore.ts';
import type { ClinicSession, ClinicShell, Query, Answer } from './api.ts';
import { createTestDevice, type TestDevice } from './testing/testDevice.ts';

const passphrase = 'a passphrase long enough';
const patient = {
  resourceType: 'Patient',
  id: 'p1',
  name: [{ family: 'Quintanilla', given: ['Rosa'] }],
  birthDate: '1980-02-03',
  meta: { versionId: '1', lastUpdated: '2026-09-01T10:00:00.000Z' },
};

const devices: TestDevice[] = [];
afterEach(() => {
  for (const device of devices.splice(0)) device.dispose();
});

async function newDevice(): Promise<TestDevice> {
  const device = await createTestDevice();
  devices.push(device);
  return device;
}

async function inPhase<Name extends ReturnType<ClinicShell['phase']>['name']>(
  shell: ClinicShell,
  name: Name,
) {
  await expect.poll(() => shell.phase().name).toBe(name);
  return shell.phase() as Extract<ReturnType<ClinicShell['phase']>, { name: Name }>;
}

async function enrol(device: TestDevice, shell: ClinicShell): Promise<ClinicSession> {
  await inPhase(shell, 'welcome');
  const opened = await shell.openTicket(await device.ticketFile([patient]));
  if (!opened.ok) throw new Error(opened.error.kind);
  const outcome = await shell.enrol({
    ticket: opened.value,
    secret: passphrase,
    secretKind: 'passphrase',
    onProgress: () => {},
  });
  expect(outcome).toEqual({ ok: true, value: null });
  return (await inPhase(shell, 'unlocked')).session;
}

async function unlock(shell: ClinicShell, secret = passphrase) {
  const { users } = await inPhase(shell, 'locked');
  return await shell.unlock({ userId: users[0]?.userId ?? '', secret });
}

function ask<Q extends Query>(session: ClinicSession, query: Q): Promise<Answer<Q>> {
  return new Promise((resolve) => {
    const stop = session.watch(query, (answer) => {
      resolve(answer);
      queueMicrotask(() => stop());
    });
  });
}

const caseload = { kind: 'caseload', search: '', filter: 'all', sort: 'name', limit: 50 } as const;

test('a clinician enrols with no network and finds the starter caseload', async () => {
  const device = await newDevice();
  const session = await enrol(device, device.shell());
  expect(session.me.name).toBe('Ana Duarte');
  expect((await ask(session, caseload)).rows.map((row) => row.name)).toEqual(['Rosa Quintanilla']);
});

test('E4: a wrong passphrase opens nothing and changes nothing but the attempt counter', async () => {
  const device = await newDevice();
  const shell = device.shell();
  await enrol(device, shell);
  await shell.lock('hand');
  const before = databaseBytes(device);
  expect(await unlock(shell, 'another passphrase altogether')).toMatchObject({
    error: { kind: 'wrong-secret' },
  });
  expect(databaseBytes(device)).toEqual(before);
  expect(await unlock(shell)).toEqual({ ok: true, value: null });
});

test('E5: after a lock the session answers nothing more, and a cold start resumes where the user was', async () => {
  const device = await newDevice();
  const first = device.shell();
  const session = await enrol(device, first);
  session.activity.dispatch(moved({ path: '/clients/p1' }));
  session.activity.dispatch(viewChanged({ search: 'quin', sort: 'last-visit' }));
  await first.lock('hand');
  await expect(session.startVisit({ clientId: 'p1', place: 'HH', location: '' })).rejects.toMatchObject({
    code: 'DATABASE_CLOSED',
  });

  const second = device.shell();
  await unlock(second);
  const resumed = (await inPhase(second, 'unlocked')).session;
  expect(resumed).not.toBe(session);
  expect(resumed.activity.getState().place.path).toBe('/clients/p1');
  expect(resumed.activity.getState().caseload).toMatchObject({ search: 'quin', sort: 'last-visit' });
});

test('D1, D4: text and cursor shown as saved are there after a cold start; the draft waits to be sent', async () => {
  const device = await newDevice();
  const first = device.shell();
  const session = await enrol(device, first);
  const { visitId } = await session.startVisit({ clientId: 'p1', place: 'HH', location: 'Kitchen' });
  const { noteId } = await session.createNote({ clientId: 'p1', visitId });
  const editor = await session.openEditor(noteId);
  const text = 'Client reports sleeping better.';
  for (let at = 1; at <= text.length; at += 1) {
    editor.change('data', text.slice(0, at), {
      section: 'data',
      selectionStart: at,
      selectionEnd: at,
      scroll: 0,
    });
  }
  await expect.poll(() => editor.saveState().name).toBe('saved');

  // No lock: the process is gone. Another opens what it left.
  const second = kill(device).shell();
  await unlock(second);
  const resumed = (await inPhase(second, 'unlocked')).session;
  const again = await resumed.openEditor(noteId);
  expect(again.sections.find((section) => section.code === 'data')?.text).toBe(text);
  expect(again.position).toEqual({ section: 'data', selectionStart: 31, selectionEnd: 31, scroll: 0 });
  expect((await ask(resumed, { kind: 'outbox' })).waiting.map((row) => row.resourceType)).toEqual([
    'Encounter',
    'Composition',
  ]);
});

test('D4: what was typed while mending survives a kill, and the app comes back to it', async () => {
  const device = await newDevice();
  const session = await enrol(device, device.shell());
  const draft = {
    texts: { data: 'Half a sent' },
    picks: {},
    position: { field: 'data', start: 11, end: 11 },
    seen: '3',
  };
  session.activity.dispatch(moved({ path: '/sync/m1' }));
  const keeper = session.mendKeeper('m1');
  keeper.keep(draft);
  await expect.poll(() => keeper.saveState().name).toBe('saved');
  const second = kill(device).shell();
  await unlock(second);
  const resumed = (await inPhase(second, 'unlocked')).session;
  expect(resumed.activity.getState().place.path).toBe('/sync/m1');
  expect(resumed.mendKeeper('m1').draft()).toEqual(draft);
});

test('C2, O6: a signed note is fixed, and is queued with its signature as one', async () => {
  const device = await newDevice();
  const session = await enrol(device, device.shell());
  const { visitId } = await session.startVisit({ clientId: 'p1', place: 'AMB', location: '' });
  const { noteId } = await session.createNote({ clientId: 'p1', visitId });
  const sign = async (secret: string, revision?: number) => {
    const shown = await ask(session, { kind: 'note', noteId });
    return await session.signNote({ noteId, secret, revision: revision ?? shown?.revision ?? 0 });
  };
  expect(await sign(passphrase)).toEqual({ ok: false, error: { kind: 'empty-note' } });
  const editor = await session.openEditor(noteId);
  editor.change('data', 'Seen.', { section: 'data', selectionStart: 5, selectionEnd: 5, scroll: 0 });
  await editor.close();
  expect(await sign('not the passphrase')).toMatchObject({ error: { kind: 'wrong-secret' } });
  expect(await sign(passphrase, 1)).toEqual({ ok: false, error: { kind: 'moved' } });
  expect(await sign(passphrase)).toEqual({ ok: true });
  expect(await ask(session, { kind: 'note', noteId })).toMatchObject({
    status: 'final',
    signedBy: 'Ana Duarte',
  });
  await expect(session.openEditor(noteId)).rejects.toMatchObject({ code: 'NOTE_SIGNED' });
  expect(await sign(passphrase)).toEqual({ ok: false, error: { kind: 'already-signed' } });
  const waiting = (await ask(session, { kind: 'outbox' })).waiting.map((row) => row.resourceType);
  expect(waiting.filter((type) => type === 'Provenance')).toHaveLength(1);
});

test('a client is registered, seen and consents, all without a network', async () => {
  const device = await newDevice();
  const session = await enrol(device, device.shell());
  const { clientId } = await session.registerClient({
    given: 'Marta',
    family: 'Iglesias',
    birthDate: '1991-05-06',
    gender: 'female',
    phone: '555-0101',
    line: '1 Main St',
    city: 'Ely',
    state: 'NV',
    postalCode: '89301',
    language: 'es',
  });
  const signed = await session.signConsent({
    clientId,
    form: 'treatment',
    language: 'es',
    signer: { name: 'Marta Iglesias', authority: 'self' },
    mark: {
      kind: 'drawn',
      strokes: [
        [
          { x: 0.1, y: 0.1, t: 0 },
          { x: 0.5, y: 0.2, t: 40 },
        ],
      ],
    },
    secret: passphrase,
  });
  expect(signed).toMatchObject({ ok: true });
  const chart = await ask(session, { kind: 'chart', clientId });
  expect(chart?.consents).toMatchObject([{ status: 'active', delivery: { state: 'waiting' } }]);
  const consent = await ask(session, { kind: 'consent', consentId: signed.consentId ?? '' });
  expect(atob(consent?.pdf ?? '').slice(0, 5)).toBe('%PDF-');
});

test('the same ticket does not enrol twice on one device; its problems are told apart offline', async () => {
  const device = await newDevice();
  const shell = device.shell();
  await enrol(device, shell);
  await shell.lock('hand');
  const ticket = await device.ticketFile([patient]);
  expect(await shell.openTicket(ticket)).toMatchObject({ error: { kind: 'already-enrolled' } });
  expect(await shell.openTicket({ ...ticket, activationCode: '0123-4567-89AB-CDEG-0' })).toMatchObject({
    error: { kind: 'code-mistyped' },
  });
  expect(await shell.openTicket({ ...ticket, text: 'not a ticket' })).toMatchObject({
    error: { kind: 'malformed' },
  });
});

test('an enrolment killed before its end leaves nothing behind, and the ticket still works', async () => {
  const device = await newDevice();
  const dying = device.shell();
  await inPhase(dying, 'welcome');
  const ticket = await device.ticketFile([patient]);
  const opened = await dying.openTicket(ticket);
  if (!opened.ok) throw new Error(opened.error.kind);
  const left = await new Promise<TestDevice>((resolve) => {
    dying
      .enrol({
        ticket: opened.value,
        secret: passphrase,
        secretKind: 'passphrase',
        onProgress: ({ step }) => {
          if (step === 'caseload') resolve(kill(device));
        },
      })
      .catch(() => {});
  });
  expect(left.profiles.size).toBe(1);
  const next = left.shell();
  await inPhase(next, 'welcome');
  expect(left.profiles.size).toBe(0);
  expect(readdirSync(left.directory)).toEqual([]);
  expect(await next.openTicket(ticket)).toMatchObject({ ok: true });
  await inPhase(dying, 'unlocked');
});

function kill(device: TestDevice): TestDevice {
  const left = device.killed();
  devices.push(left);
  return left;
}

function databaseBytes(device: TestDevice): string[] {
  return readdirSync(device.directory)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => `${name} ${readFileSync(join(device.directory, name)).toString('base64')}`);
}
