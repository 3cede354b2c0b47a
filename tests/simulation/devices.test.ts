import { compactDecrypt, importJWK } from 'jose';
import { expect, test } from 'vitest';
import { revokeDevice } from '../../apps/sync-server/src/identity/deviceDesk.ts';
import { system } from '../../apps/sync-server/src/testing/testServer.ts';
import {
  storage,
  server,
  oldSecret,
  newSecret,
  deps,
  newDevice,
  ticketFor,
  enrol,
  work,
  until,
  noteOnServer,
} from './clinicDevices.ts';

// What becomes of a withdrawn device, of a ticket that was used twice, and of two users on one device.

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
