import { afterEach, beforeEach, expect, test } from 'vitest';
import { draftChanged } from './activityStore.ts';
import type { ClinicSession, ClinicShell, NoteEditor, ShellPhase } from './api.ts';
import { createClinicShell } from './shell.ts';
import { type DiskFaults, withFaults } from './testing/faultyDatabase.ts';
import { createTestDevice, type TestDevice } from './testing/testDevice.ts';

// Locking on a disk that misbehaves (E5, D1).

const passphrase = 'a passphrase long enough';
const patient = { resourceType: 'Patient', id: 'p1', name: [{ family: 'Quintanilla' }] };
const typed = 'Slept three hours.';

let device: TestDevice;
let faults: DiskFaults;
let shell: ClinicShell;
let session: ClinicSession;
let editor: NoteEditor;
let keys: readonly Uint8Array[];
let phases: ShellPhase[];

beforeEach(async () => {
  device = await createTestDevice();
  const disk = withFaults(device.platform.openDatabase);
  ({ faults } = disk);
  const opened: Uint8Array[] = [];
  keys = opened;
  shell = createClinicShell({
    ...device.platform,
    openDatabase: (options) => {
      opened.push(options.key);
      return disk.openDatabase(options);
    },
    // Seconds become milliseconds: what waits for the disk is waited for in full, only sooner.
    timers: { after: (milliseconds, task) => device.platform.timers.after(milliseconds / 100, task) },
  });
  phases = [];
  shell.subscribe(() => phases.push(shell.phase()));
  await reaches('welcome');
  const ticket = await shell.openTicket(await device.ticketFile([patient]));
  if (!ticket.ok) throw new Error(ticket.error.kind);
  await shell.enrol({
    ticket: ticket.value,
    secret: passphrase,
    secretKind: 'passphrase',
    onProgress: () => {},
  });
  const unlocked = await reaches('unlocked');
  session = unlocked.session;
  const { visitId } = await session.startVisit({ clientId: 'p1', place: 'HH', location: '' });
  const { noteId } = await session.createNote({ clientId: 'p1', visitId });
  editor = await session.openEditor(noteId);
});
afterEach(() => device.dispose());

async function reaches<Name extends ShellPhase['name']>(name: Name) {
  await expect.poll(() => shell.phase().name, { timeout: 10_000 }).toBe(name);
  return shell.phase() as Extract<ShellPhase, { name: Name }>;
}

const type = (text: string) =>
  editor.change('data', text, { section: 'data', selectionStart: 0, selectionEnd: 0, scroll: 0 });

const keysAreGone = () => keys.every((key) => key.every((byte) => byte === 0));

async function textAfterUnlock(): Promise<string | undefined> {
  const { users } = await reaches('locked');
  expect(await shell.unlock({ userId: users[0]?.userId ?? '', secret: passphrase })).toMatchObject({
    ok: true,
  });
  const again = (await reaches('unlocked')).session;
  const opened = await again.openEditor(editor.noteId);
  return opened.sections.find(({ code }) => code === 'data')?.text;
}

test('E5: the screen is blank from the moment the lock is asked for, however long the disk takes', async () => {
  faults.writes = 'stuck';
  type(typed);
  const locking = shell.lock('idle');
  expect(shell.phase()).toEqual({ name: 'locking', unsaved: false });
  await expect.poll(() => shell.phase()).toEqual({ name: 'locking', unsaved: true });
  faults.writes = 'sound';
  await locking;
  expect(await reaches('locked')).toMatchObject({ reason: 'idle' });
  expect(keysAreGone()).toBe(true);
  expect(faults.open).toBe(0);
});

test('D1, E5: a full disk delays the lock, which goes on by itself until the text is on the disk', async () => {
  faults.writes = 'full';
  type(typed);
  session.activity.dispatch(draftChanged({ family: 'Iglesias' }));
  const locking = shell.lock('background');
  await expect.poll(() => shell.phase()).toEqual({ name: 'locking', unsaved: true });
  expect(keysAreGone()).toBe(false);
  faults.writes = 'sound';
  await locking;
  expect(keysAreGone()).toBe(true);
  expect(await textAfterUnlock()).toBe(typed);
  const again = (await reaches('unlocked')).session;
  expect(again.activity.getState().registration).toEqual({ family: 'Iglesias' });
  expect(phases.filter(({ name }) => name === 'failed')).toEqual([]);
});

test('what no disk takes is given up by the user alone; what was saved stays', async () => {
  type('Saved.');
  await expect.poll(() => editor.saveState().name).toBe('saved');
  faults.writes = 'full';
  type('Saved. Never written.');
  const locking = shell.lock('hand');
  await expect.poll(() => shell.phase()).toEqual({ name: 'locking', unsaved: true });
  shell.abandonUnsaved();
  await locking;
  expect(keysAreGone()).toBe(true);
  expect(faults.open).toBe(0);
  faults.writes = 'sound';
  expect(await textAfterUnlock()).toBe('Saved.');
});

test('E5: a database that does not close takes the keys with it all the same, and the app locks', async () => {
  faults.close = 'rejects';
  type(typed);
  await shell.lock('hand');
  expect(shell.phase()).toMatchObject({ name: 'locked', reason: 'hand' });
  expect(keysAreGone()).toBe(true);
  faults.close = 'sound';
  expect(await textAfterUnlock()).toBe(typed);
});

test('E5: a database whose closing never answers leaves no keys and says that the app must be closed', async () => {
  faults.close = 'hangs';
  await shell.lock('hand');
  expect(shell.phase()).toMatchObject({ name: 'failed', error: { code: 'SESSION_NOT_CLOSED' } });
  expect(keysAreGone()).toBe(true);
});

test('locking twice is locking once', async () => {
  await Promise.all([shell.lock('hand'), shell.lock('idle')]);
  expect(shell.phase()).toMatchObject({ name: 'locked', reason: 'hand' });
  expect(phases.filter(({ name }) => name === 'locked')).toHaveLength(1);
});

test('an unlock that the disk breaks off keeps no keys and no open database', async () => {
  await shell.lock('hand');
  faults.writes = 'full';
  const { users } = await reaches('locked');
  const outcome = await shell.unlock({ userId: users[0]?.userId ?? '', secret: passphrase });
  expect(outcome).toEqual({ ok: false, error: { kind: 'storage' } });
  expect(keysAreGone()).toBe(true);
  expect(faults.open).toBe(0);
});
