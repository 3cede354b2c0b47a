import type { Database } from '@fieldchart/encrypted-sqlite';
import { CodedError } from '@fieldchart/foundation';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClinicShell } from './shell.ts';
import { createTestDevice, type TestDevice } from './testing/testDevice.ts';

const secret = 'seven quiet lanterns drift';

let device: TestDevice;
beforeEach(async () => {
  device = await createTestDevice();
});
afterEach(() => device.dispose());

test('D1: typing goes on when the connection to the file is lost: the text stays, is told unsaved, and is saved anew', async () => {
  const lost = new Set<Database>();
  const opened: Database[] = [];
  const shell = createClinicShell({
    ...device.platform,
    async openDatabase(options) {
      const database = await device.platform.openDatabase(options);
      const whole: Database = {
        ...database,
        async batch(statements) {
          if (lost.has(whole)) throw new CodedError('DATABASE_LOST', 'the worker died');
          return await database.batch(statements);
        },
      };
      opened.push(whole);
      return whole;
    },
  });
  await expect.poll(() => shell.phase().name).toBe('welcome');
  const ticket = await shell.openTicket(await device.ticketFile([]));
  if (!ticket.ok) throw new Error(ticket.error.kind);
  await shell.enrol({ ticket: ticket.value, secret, secretKind: 'passphrase', onProgress: () => {} });
  const phase = shell.phase();
  if (phase.name !== 'unlocked') throw new Error(phase.name);
  const { visitId } = await phase.session.startVisit({ clientId: 'p1', place: 'AMB', location: '' });
  const { noteId } = await phase.session.createNote({ clientId: 'p1', visitId });
  const editor = await phase.session.openEditor(noteId);
  const states: string[] = [];
  editor.subscribe(() => states.push(editor.saveState().name));
  const type = (text: string) =>
    editor.change('data', text, { section: 'data', selectionStart: 0, selectionEnd: 0, scroll: 0 });
  type('before');
  await expect.poll(() => editor.saveState().name).toBe('saved');

  for (const connection of opened) lost.add(connection);
  type('before and after');
  await expect.poll(() => states).toContain('not-saved');
  await expect.poll(() => editor.saveState().name, { timeout: 5000 }).toBe('saved');
  expect(opened).toHaveLength(2);
  await shell.lock('hand');
  const [profile] = device.profiles.values();
  expect(await shell.unlock({ userId: profile?.userId ?? '', secret })).toEqual({ ok: true, value: null });
  const again = shell.phase();
  if (again.name !== 'unlocked') throw new Error(again.name);
  const reopened = await again.session.openEditor(noteId);
  expect(reopened.sections.find(({ code }) => code === 'data')?.text).toBe('before and after');
  await shell.lock('hand');
});
