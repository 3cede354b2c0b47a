import { rmSync } from 'node:fs';
import type { RecordStore } from '@fieldchart/record-store';
import { type BenchDevice, openBenchDevice } from './benchDevice.ts';
import type { LoadRequest } from './serverProtocol.ts';
import { type BenchServer, startBenchServer } from './startBenchServer.ts';

/** The people of the bench's server; notes are drafts, which a device may write without signatures. */
export const PEOPLE = {
  clinicianId: 'ana',
  supervisorId: 'sue',
  organizationId: 'org',
  drafts: true,
} as const;

/** A server of its own for one contender, with charts in it. */
export async function onServer<T>(load: LoadRequest, work: (server: BenchServer) => Promise<T>): Promise<T> {
  const server = await startBenchServer();
  try {
    await server.load(load);
    return await work(server);
  } finally {
    await server.stop();
  }
}

/** A device with an empty database; its folder goes afterwards. */
export async function onDevice<T>(
  server: BenchServer,
  directory: string,
  work: (device: BenchDevice) => Promise<T>,
): Promise<T> {
  const device = await openBenchDevice(server, directory);
  try {
    return await work(device);
  } finally {
    await device.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What every row of these suites stands on. */
export function serverRemark(server: BenchServer): string {
  return server.database === 'PostgreSQL'
    ? 'The server: its own process on PostgreSQL, whose fsync is off: that favours whoever commits most often.'
    : 'The server: its own process on PGlite in memory, because no PostgreSQL was found.';
}

/** A push that left something behind is no figure. */
export async function requireAllSent(store: RecordStore): Promise<void> {
  const { waiting, attempted, parked, held } = await store.outboxCounts();
  if (waiting + attempted + parked + held > 0) throw new Error('The server did not take everything');
}
