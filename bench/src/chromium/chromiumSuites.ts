import { coldStartResult } from '../coldStartResult.ts';
import type { ColdStart } from '../device/coldStart.ts';
import type { BenchTicket, Enrolment } from '../device/enrolment.ts';
import type { SuiteResult } from '../figures.ts';
import { changeResult, enrolmentResult } from '../identityResult.ts';
import { keystrokeResult } from '../keystrokeResult.ts';
import type { ChromiumDevices } from './chromiumDevices.ts';

/** Keystroke → durable over the web adapter, all sizes and their baselines in turn, in one page. */
export async function keystrokeChromium(devices: ChromiumDevices, samples: number): Promise<SuiteResult> {
  const page = await devices.fresh();
  return keystrokeResult(devices.users, await page.call('type', devices.users, samples), 3);
}

/** Starts the app again and again, each time in a page loaded anew, the sizes in turn. */
export async function coldStartChromium(devices: ChromiumDevices, samples: number): Promise<SuiteResult> {
  const all = devices.users.map((): ColdStart[] => []);
  for (let round = 0; round < samples; round += 1) {
    for (const [at, user] of devices.users.entries()) {
      const page = await devices.fresh();
      all[at]?.push(await page.call('start', user));
      await page.call('lock');
    }
  }
  return coldStartResult(devices.users, all);
}

/** A ticket with its caseload, each time in a page loaded anew and in storage that has nobody. */
export async function ticketChromium(
  devices: ChromiumDevices,
  ticket: BenchTicket,
  samples: number,
): Promise<SuiteResult> {
  const all: Enrolment[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    all.push(await (await devices.fresh()).call('enrolWith', ticket));
  }
  return enrolmentResult(ticket.notes, all);
}

/** The secret changed there and back on each size, in a page of its own. */
export async function changeChromium(devices: ChromiumDevices, samples: number): Promise<SuiteResult> {
  const all = [];
  for (const user of devices.users) {
    all.push(await (await devices.fresh()).call('changeSecrets', user, samples));
  }
  return changeResult(devices.users, all);
}
