import { join } from 'node:path';
import { changeSecrets } from '../device/changeSecret.ts';
import { type BenchTicket, type Enrolment, enrolWith } from '../device/enrolment.ts';
import type { SuiteResult } from '../figures.ts';
import { changeResult, enrolmentResult } from '../identityResult.ts';
import { emptyNodeDevice, type NodeDevice, openNodeDevice } from './nodeDevice.ts';

const elapsed = () => performance.now();

/** A ticket with its caseload, each time on a device that has nobody. */
export async function ticketNode(folder: string, ticket: BenchTicket, samples: number): Promise<SuiteResult> {
  const all: Enrolment[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    const platform = emptyNodeDevice(join(folder, `enrolled-${sample}`));
    const { took, leave } = await enrolWith(platform, ticket, elapsed);
    all.push(took);
    await leave();
  }
  return enrolmentResult(ticket.notes, all);
}

/** The secret changed there and back on each size. The key records of this device are in memory. */
export async function changeNode(devices: readonly NodeDevice[], samples: number): Promise<SuiteResult> {
  const all = [];
  for (const { directory, userId } of devices) {
    all.push(await changeSecrets(openNodeDevice(directory).platform, userId, samples, elapsed));
  }
  return changeResult(devices, all);
}
