import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formsOfKey, formsOfText } from '@fieldchart/foundation/testing';
import { afterEach, expect, test } from 'vitest';
import { openSealedWork } from '../../key-vault/src/testing/openSealedWork.ts';
import type { ClinicShell } from './api.ts';
import { loadIdentity } from './identity.ts';
import type { ClinicPlatform } from './platform.ts';
import { createClinicShell } from './shell.ts';
import { createTestDevice, type TestDevice } from './testing/testDevice.ts';

/**
 * Everything that the app keeps on a device outside the tables of the record, by what it is for; USER stands for the
 * user's id. What a device is seen to keep and is not named here fails the first test.
 */
const KEPT: Readonly<Record<string, readonly string[]>> = {
  'the record and its journal': ['file user-USER.db', 'file user-USER.db-wal'],
  'a journal that could not be read': ['file user-USER.db.journal'],
  'the key record': ['slot 0 of USER', 'slot 1 of USER'],
  'wrong secrets and what the chain does not tell of yet': ['attempts of USER'],
  'the data key, sealed for rescue': ['sealed of USER'],
  'a rescue that waits': [
    'slot 0 of rescue of USER',
    'slot 1 of rescue of USER',
    'attempts of rescue of USER',
    'sealed of rescue of USER',
  ],
  'what was saved of a damaged record': ['sealed of salvage of USER'],
  'what a withdrawn device owes': ['sealed of handover of USER'],
  'who is enrolled here': ['profile of USER'],
  'the log': ['log'],
};

const note = 'quetzalnote walked by the river';
const family = 'Quetzalfamily';
const practitioner = 'Quetzalpractitioner';
const secret = 'quetzalsecret lantern drift';
const wrong = 'quetzalwrong lantern drift';
const next = 'quetzalnext copper barley';
const patient = {
  resourceType: 'Patient',
  id: 'p1',
  name: [{ family, given: ['Rosa'] }],
  birthDate: '1980-02-03',
  meta: { versionId: '1', lastUpdated: '2026-09-01T10:00:00.000Z' },
};

type Kept = { readonly what: string; readonly bytes: Buffer };

const devices: TestDevice[] = [];
afterEach(() => {
  for (const device of devices.splice(0)) device.dispose();
});

/** A device on which every byte that it is given to keep is looked at, also what is written over later. */
async function watchedDevice(server?: ReturnType<ClinicPlatform['createTransport']>) {
  const device = await createTestDevice();
  devices.push(device);
  const { platform } = device;
  const kept: Kept[] = [];
  let dataKey = new Uint8Array();
  const keep = (what: string, content: string | object | Uint8Array) => {
    const [profile] = device.profiles.values();
    const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(JSON.stringify(content));
    const named = profile === undefined ? what : what.replaceAll(profile.userId, 'USER');
    kept.push({ what: named, bytes: content instanceof Uint8Array ? Buffer.from(content) : bytes });
  };
  const { keyRecords, profiles } = platform;
  // Each method by its name: one that is new does not compile until it stands here.
  const watchedRecords: ClinicPlatform['keyRecords'] = {
    list: () => keyRecords.list(),
    load: (id) => keyRecords.load(id),
    saveSlot: (id, slot, record) => {
      keep(`slot ${slot} of ${id}`, record);
      return keyRecords.saveSlot(id, slot, record);
    },
    loadAttempts: (id) => keyRecords.loadAttempts(id),
    saveAttempts: (id, attempts) => {
      keep(`attempts of ${id}`, attempts);
      return keyRecords.saveAttempts(id, attempts);
    },
    loadSealed: (id) => keyRecords.loadSealed(id),
    saveSealed: (id, sealed) => {
      keep(`sealed of ${id}`, sealed);
      return keyRecords.saveSealed(id, sealed);
    },
    removeSecret: (id) => keyRecords.removeSecret(id),
    remove: (id) => keyRecords.remove(id),
  };
  const watchedProfiles: ClinicPlatform['profiles'] = {
    list: () => profiles.list(),
    async save(profile) {
      await profiles.save(profile);
      keep(`profile of ${profile.userId}`, profile);
    },
    remove: (id) => profiles.remove(id),
  };
  const shell = createClinicShell({
    ...platform,
    keyRecords: watchedRecords,
    profiles: watchedProfiles,
    openDatabase(options) {
      dataKey = Uint8Array.from(options.key);
      return platform.openDatabase(options);
    },
    ...(server === undefined ? {} : { createTransport: () => server }),
  });
  return {
    device,
    shell,
    kept,
    dataKey: () => dataKey,
    /** What lies in the data folder now. */
    look: () => {
      for (const file of readdirSync(device.directory))
        keep(`file ${file}`, readFileSync(join(device.directory, file)));
      keep('log', device.logger.lines.join('\n'));
    },
  };
}

async function inPhase<Name extends ReturnType<ClinicShell['phase']>['name']>(
  shell: ClinicShell,
  name: Name,
) {
  await expect.poll(() => shell.phase().name).toBe(name);
  return shell.phase() as Extract<ReturnType<ClinicShell['phase']>, { name: Name }>;
}

/** A clinician is enrolled with a caseload and writes a note; the session stays open. */
async function writeDay({ device, shell, look }: Awaited<ReturnType<typeof watchedDevice>>) {
  await inPhase(shell, 'welcome');
  const claims = { practitioner_name: `Ana ${practitioner}` };
  const ticket = await shell.openTicket(await device.ticketFile([patient], claims));
  if (!ticket.ok) throw new Error(ticket.error.kind);
  await shell.enrol({ ticket: ticket.value, secret, secretKind: 'passphrase', onProgress: () => {} });
  const { session } = await inPhase(shell, 'unlocked');
  const { visitId } = await session.startVisit({ clientId: 'p1', place: 'AMB', location: '' });
  const { noteId } = await session.createNote({ clientId: 'p1', visitId });
  const editor = await session.openEditor(noteId);
  editor.change('data', note, { section: 'data', selectionStart: 1, selectionEnd: 1, scroll: 0 });
  await expect.poll(() => editor.saveState().name).toBe('saved');
  look();
  return session;
}

const turn = (bytes: Buffer, at: number) => bytes.fill((bytes[at] ?? 0) ^ 0xff, at, at + 1);

/** Wrong secrets, a rescue that waits, a lost journal, a damaged record and its salvage; all of it is kept. */
async function badDay() {
  const watched = await watchedDevice();
  const { device, shell, look } = watched;
  const { userId } = (await writeDay(watched)).me;
  const file = join(device.directory, `user-${userId}.db`);
  const [killed, log] = [readFileSync(file), readFileSync(`${file}-wal`)];
  await shell.lock('hand');
  const closed = readFileSync(file);
  await shell.unlock({ userId, secret: wrong });
  await shell.requestRescue({ userId, secret: next, secretKind: 'passphrase' });
  // As a kill left them, with a byte turned in the log's header.
  writeFileSync(file, killed);
  writeFileSync(`${file}-wal`, turn(log, 18));
  expect(await shell.unlock({ userId, secret })).toMatchObject({ error: { kind: 'journal-lost' } });
  look();
  writeFileSync(file, turn(closed, 3));
  expect(await shell.unlock({ userId, secret })).toMatchObject({ error: { kind: 'database-damaged' } });
  const salvaged = await shell.salvage({ userId, secret });
  if (!salvaged.ok || salvaged.value.work === null) throw new Error('nothing was salvaged');
  look();
  return { ...watched, userId, work: salvaged.value.work };
}

/** The provider withdraws the device before its work was sent. */
async function withdrawnDay() {
  const token = { access_token: 't', token_type: 'Bearer', expires_in: 600, device_status: 'revoked' };
  const answer = (status: number, body: object) => ({ status, headers: {}, body: JSON.stringify(body) });
  let isUp = false;
  const watched = await watchedDevice({
    request({ path, body }) {
      if (!isUp) return Promise.reject(new Error('no network'));
      if (path === '/auth/token') return Promise.resolve(answer(200, token));
      if (path !== '/auth/register') return Promise.resolve(answer(503, {}));
      const { device_id } = JSON.parse(String(body)) as { readonly device_id: string };
      const server_time = '2026-09-01T10:00:00.000Z';
      return Promise.resolve(answer(201, { device_id, practitioner_id: 'practitioner-1', server_time }));
    },
  });
  const session = await writeDay(watched);
  isUp = true;
  await session.syncNow();
  await inPhase(watched.shell, 'locked');
  watched.look();
  return watched;
}

const holds = (bytes: Buffer, forms: readonly Buffer[]) => forms.some((form) => bytes.includes(form));

test('E1, E2: nothing that the app keeps outside the record shows a patient, a secret, a key or the name of its user', async () => {
  const bad = await badDay();
  const withdrawn = await withdrawnDay();
  const kept = [...bad.kept, ...withdrawn.kept];
  expect([...new Set(kept.map(({ what }) => what))].toSorted()).toEqual(
    Object.values(KEPT).flat().toSorted(),
  );

  const canaries: readonly (readonly [string, readonly Buffer[]])[] = [
    ...[note, family, practitioner, secret, wrong, next].map((text) => [text, formsOfText(text)] as const),
    ...[bad, withdrawn].map(({ dataKey }) => ['a data key', formsOfKey(dataKey())] as const),
  ];
  const found = kept.flatMap(({ what, bytes }) =>
    canaries.filter(([, forms]) => holds(bytes, forms)).map(([canary]) => `${canary} in ${what}`),
  );
  expect(found).toEqual([]);

  // The control: each form of each of them is found where it is put into what was kept.
  for (const { bytes } of kept) {
    const at = Math.floor(bytes.length / 2);
    for (const form of canaries.flatMap(([, forms]) => forms)) {
      const planted = Buffer.concat([bytes.subarray(0, at), form, bytes.subarray(at)]);
      expect(holds(planted, [form])).toBe(true);
    }
  }
});

test('the control of the control: what is sealed does hold the texts, for whoever has the key', async () => {
  const bad = await badDay();
  const salvaged = await openSealedWork(bad.work, bad.device.rescuePrivateKey);
  for (const text of [note, family]) expect(holds(Buffer.from(salvaged), formsOfText(text))).toBe(true);
  const kept = bad.kept.findLast(({ what }) => what === 'sealed of salvage of USER');
  expect(JSON.parse(String(kept?.bytes))).toMatchObject({ work: bad.work });

  const withdrawn = await withdrawnDay();
  const handover = withdrawn.kept.findLast(({ what }) => what === 'sealed of handover of USER');
  const { work } = JSON.parse(String(handover?.bytes)) as { readonly work: string };
  expect(await openSealedWork(work, withdrawn.device.rescuePrivateKey)).toContain(note);

  const [profile] = withdrawn.device.profiles.values();
  const name = `user-${profile?.userId ?? ''}.db`;
  const database = await withdrawn.device.platform.openDatabase({ name, key: withdrawn.dataKey() });
  expect((await loadIdentity(database)).practitionerName).toContain(practitioner);
  expect(JSON.stringify(await database.all('SELECT resource FROM records'))).toContain(family);
  await database.close();
});
