import { importJWK } from 'jose';
import { expect, test } from 'vitest';
import { prepareRescue } from '../../apps/sync-server/src/identity/rescueDesk.ts';
import { system } from '../../apps/sync-server/src/testing/testServer.ts';
import { answerRescue, readRequest } from '../../packages/key-vault/src/testing/answerRescue.ts';
import {
  storage,
  server,
  oldSecret,
  newSecret,
  deps,
  organization,
  newDevice,
  ticketFor,
  enrol,
  sessionOf,
  work,
  until,
  linkActions,
  rescue,
  noteOnServer,
  answerOf,
} from './clinicDevices.ts';

// What a clinician with a lost PIN goes through, and what the audit chain says of it.

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
