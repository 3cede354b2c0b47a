import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OrganizationDescriptor } from '@fieldchart/clinical';
import { openDamagedNodeDatabase, openNodeDatabase } from '@fieldchart/encrypted-sqlite/node';
import { createSeededRandom, type Timers } from '@fieldchart/foundation';
import { createFakeLogger } from '@fieldchart/foundation/testing';
import { noDeviceSecret } from '@fieldchart/key-vault';
import { answerRescue, readRequest } from '../../../key-vault/src/testing/answerRescue.ts';
import { createFakeKeyRecordStore } from '../../../key-vault/src/testing/fakeKeyRecordStore.ts';
import {
  createFakeOrganization,
  printCode,
  sealCaseload,
  sealTicket,
} from '../../../key-vault/src/testing/issueTicket.ts';
import type { ClinicPlatform, DeviceProfile } from '../platform.ts';
import { createClinicShell } from '../shell.ts';

const realTimers: Timers = {
  after(milliseconds, task) {
    const id = setTimeout(task, milliseconds);
    return () => clearTimeout(id);
  },
};

type KeyRecords = NonNullable<Parameters<typeof createFakeKeyRecordStore>[0]>;

/** What lies on a device's disk. */
interface Disk {
  readonly directory: string;
  readonly keyRecords: KeyRecords;
  readonly profiles: Map<string, DeviceProfile>;
}

/** A device without a network: real encrypted SQLite in a folder of its own, the vault over a fake disk. */
export async function createTestDevice(seed = 7) {
  const organization = await createFakeOrganization('organization-1');
  return deviceOn(
    {
      directory: mkdtempSync(join(tmpdir(), 'fieldchart-device-')),
      keyRecords: new Map(),
      profiles: new Map(),
    },
    organization,
    seed,
  );
}

export type TestDevice = ReturnType<typeof deviceOn>;

function deviceOn(
  disk: Disk,
  organization: Awaited<ReturnType<typeof createFakeOrganization>>,
  seed: number,
) {
  const { directory, profiles } = disk;
  const logger = createFakeLogger();
  const openDatabase = openNodeDatabase({ directory });
  const random = createSeededRandom(seed);
  let now = 1_790_000_100_000;

  const platform: ClinicPlatform = {
    clock: { now: () => (now += 1) },
    timers: realTimers,
    random,
    logger,
    webCrypto: crypto as unknown as ClinicPlatform['webCrypto'],
    keyRecords: createFakeKeyRecordStore(disk.keyRecords),
    profiles: {
      list: () => Promise.resolve([...profiles.values()]),
      save: (profile) => Promise.resolve(void profiles.set(profile.userId, profile)),
      remove: (userId) => Promise.resolve(void profiles.delete(userId)),
    },
    deviceSecrets: {
      offered: () => Promise.resolve(false),
      create: () => Promise.resolve({ ok: false, error: { kind: 'failed' } }),
      open: () => noDeviceSecret,
      remove: () => Promise.resolve(),
      none: noDeviceSecret,
    },
    estimator: { guessesLog10: (text) => Promise.resolve(text.length) },
    openDatabase,
    openDamaged: openDamagedNodeDatabase({ directory }),
    deleteDatabase: (name) => {
      for (const suffix of ['', '-wal', '-shm']) rmSync(join(directory, name + suffix), { force: true });
      return Promise.resolve();
    },
    createTransport: () => ({ request: () => Promise.reject(new Error('no network')) }),
    organization: () =>
      Promise.resolve({
        ...organization.descriptor,
        rescueKey: organization.rescueKey,
        name: 'Test provider',
        fingerprint: 'AAAA-BBBB',
      } as unknown as OrganizationDescriptor),
    ownership: { acquire: () => Promise.resolve(true), takeOver: () => Promise.resolve() },
    connectivity: { online: () => false, subscribe: () => () => {} },
    iterations: 100_000,
  };

  return {
    platform,
    logger,
    directory,
    rescuePrivateKey: organization.rescuePrivateKey,
    profiles,
    shell: () => createClinicShell(platform),
    advance(milliseconds: number) {
      now += milliseconds;
    },
    /** A ticket file with these resources as its caseload, and its code. */
    async ticketFile(resources: readonly object[], claims: object = {}) {
      const code = '0123456789ABCDEF';
      const caseload = {
        cursor: 'epoch.1',
        bundle: {
          resourceType: 'Bundle',
          type: 'collection',
          entry: resources.map((resource) => ({ resource })),
        },
      };
      const sealed = await sealCaseload(caseload, random);
      const jwt = await organization.sign({
        caseload_key: sealed.key,
        practitioner_name: 'Ana Duarte',
        ...claims,
      });
      const ticket = await sealTicket(jwt, code);
      return {
        text: JSON.stringify({ format: 'fieldchart-ticket/1', ticket, caseload: sealed.jwe }),
        activationCode: printCode(code),
      };
    },
    /** The organisation's answer to a rescue request, with a ticket of these claims. */
    async rescueAnswer(text: string, claims: object = {}) {
      const request = readRequest(text);
      const ticket = await organization.sign({ jti: 'ticket-2', device: request.device_id, ...claims });
      return await answerRescue(request, organization.rescuePrivateKey, { claims: { ticket } });
    },
    /** What the audit chain in the (closed) database of the one user says, as `[action, details]`. */
    async auditLinks(key: Uint8Array): Promise<[string, Record<string, string>][]> {
      const [profile] = profiles.values();
      const database = await openDatabase({ name: `user-${profile?.userId ?? ''}.db`, key });
      try {
        const rows = await database.all<{ action: string; details: string }>(
          'SELECT action, details FROM audit_links ORDER BY number',
        );
        return rows.map(({ action, details }) => [action, JSON.parse(details) as Record<string, string>]);
      } finally {
        await database.close();
      }
    },
    /** The device as a kill at this instant would leave it: the same bytes, no process. */
    killed() {
      const copy = mkdtempSync(join(tmpdir(), 'fieldchart-device-'));
      cpSync(directory, copy, { recursive: true });
      return deviceOn(
        {
          directory: copy,
          keyRecords: structuredClone(disk.keyRecords),
          profiles: structuredClone(profiles),
        },
        organization,
        seed,
      );
    },
    dispose: () => rmSync(directory, { recursive: true, force: true }),
  };
}
