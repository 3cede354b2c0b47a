import { openPlainNodeDatabaseForBench } from '@fieldchart/encrypted-sqlite/node';
import { openRecordStore } from '@fieldchart/record-store';
import { openUserDatabase } from '../device/benchUser.ts';
import { createTypist, typeInTurn } from '../device/typing.ts';
import type { SuiteResult } from '../figures.ts';
import { keystrokeResult } from '../keystrokeResult.ts';
import { type NodeDevice, openNodeDevice, PLAIN } from './nodeDevice.ts';

/** Keystroke → durable over the Node adapter, all sizes and their baselines in turn. */
export async function keystrokeNode(devices: readonly NodeDevice[], samples: number): Promise<SuiteResult> {
  const open = [];
  for (const { directory, userId, practitionerId } of devices) {
    const { platform } = openNodeDevice(directory);
    const database = await openUserDatabase(platform, userId);
    const plain = await openPlainNodeDatabaseForBench(directory, PLAIN);
    const store = await openRecordStore({ ...platform, database });
    const typist = await createTypist({
      store,
      plain,
      practitionerId,
      random: platform.random,
      now: () => platform.clock.now(),
      elapsed: () => performance.now(),
    });
    open.push({ database, plain, typist });
  }
  const timings = await typeInTurn(
    open.map(({ typist }) => typist),
    samples,
  );
  for (const { database, plain } of open) {
    await database.close();
    await plain.close();
  }
  return keystrokeResult(devices, timings, 2);
}
