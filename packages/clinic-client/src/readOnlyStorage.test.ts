import type { Database } from '@fieldchart/encrypted-sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ClinicSession } from './api.ts';
import { createClinicShell } from './shell.ts';
import { createTestDevice, type TestDevice } from './testing/testDevice.ts';

const secret = 'seven quiet lanterns drift';

let device: TestDevice;
beforeEach(async () => {
  device = await createTestDevice();
});
afterEach(() => device.dispose());

/** A signed-in device over real SQLite, whose storage takes writes or takes none. */
async function typingDevice() {
  const opened: Database[] = [];
  const shell = createClinicShell({
    ...device.platform,
    async openDatabase(options) {
      const database = await device.platform.openDatabase(options);
      opened.push(database);
      return database;
    },
  });
  await expect.poll(() => shell.phase().name).toBe('welcome');
  const ticket = await shell.openTicket(await device.ticketFile([]));
  if (!ticket.ok) throw new Error(ticket.error.kind);
  await shell.enrol({ ticket: ticket.value, secret, secretKind: 'passphrase', onProgress: () => {} });
  const session = (): ClinicSession => {
    const phase = shell.phase();
    if (phase.name !== 'unlocked') throw new Error(phase.name);
    return phase.session;
  };
  const { userId } = session().me;
  return {
    shell,
    session,
    unlock: () => shell.unlock({ userId, secret }),
    opened,
    // SQLite then answers each write with SQLITE_READONLY.
    storage: async (state: 'read-only' | 'writable') =>
      void (await opened.at(-1)?.all(`PRAGMA query_only = ${state === 'read-only' ? 'ON' : 'OFF'}`)),
  };
}

async function openNote(session: ClinicSession) {
  const { visitId } = await session.startVisit({ clientId: 'p1', place: 'AMB', location: '' });
  const { noteId } = await session.createNote({ clientId: 'p1', visitId });
  const editor = await session.openEditor(noteId);
  const type = (text: string) =>
    editor.change('data', text, { section: 'data', selectionStart: 0, selectionEnd: 0, scroll: 0 });
  return { noteId, editor, type };
}

async function textOf(session: ClinicSession, noteId: string) {
  const { sections } = await session.openEditor(noteId);
  return sections.find(({ code }) => code === 'data')?.text;
}

test('D1: the storage turns read-only while somebody types: the text stays, is told unsaved by its code, reading goes on, and it is saved when it can be', async () => {
  const { shell, session, unlock, opened, storage } = await typingDevice();
  const { noteId, editor, type } = await openNote(session());
  type('before');
  await expect.poll(() => editor.saveState().name).toBe('saved');

  await storage('read-only');
  for (const text of ['before a', 'before an', 'before and']) {
    type(text);
    await expect.poll(() => editor.saveState()).toEqual({ name: 'not-saved', code: 'DATABASE_READ_ONLY' });
  }
  const chart: unknown[] = [];
  const stop = session().watch({ kind: 'chart', clientId: 'p1' }, (answer) => chart.push(answer));
  await expect.poll(() => chart.length).toBeGreaterThan(0);
  stop();
  // Nothing that was saved is harmed, whatever happens now.
  const left = device.killed();
  const killed = left.shell();
  await expect.poll(() => killed.phase().name).toBe('locked');
  expect(await killed.unlock({ userId: session().me.userId, secret })).toMatchObject({ ok: true });
  const phase = killed.phase();
  if (phase.name !== 'unlocked') throw new Error(phase.name);
  expect(await textOf(phase.session, noteId)).toBe('before');
  await killed.lock('hand');
  left.dispose();

  type('before and after');
  await storage('writable');
  await expect.poll(() => editor.saveState().name, { timeout: 8000 }).toBe('saved');
  expect(opened).toHaveLength(1);
  await shell.lock('hand');
  expect(await unlock()).toEqual({ ok: true, value: null });
  expect(await textOf(session(), noteId)).toBe('before and after');
  await shell.lock('hand');
});

test('D1, E5: a lock meanwhile waits, says that words are unsaved, and ends by itself when the storage takes them', async () => {
  const { shell, session, unlock, storage } = await typingDevice();
  const { noteId, type } = await openNote(session());
  await storage('read-only');
  type('the last words');
  const locking = shell.lock('hand');
  await expect.poll(() => shell.phase(), { timeout: 5000 }).toEqual({ name: 'locking', unsaved: true });
  await storage('writable');
  await locking;
  expect(shell.phase().name).toBe('locked');
  expect(await unlock()).toEqual({ ok: true, value: null });
  expect(await textOf(session(), noteId)).toBe('the last words');
  await shell.lock('hand');
});
