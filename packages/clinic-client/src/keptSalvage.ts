import type { SalvageReport } from './api.ts';
import type { ClinicPlatform } from './platform.ts';

const nameOf = (userId: string) => `salvage of ${userId}`;

/** Durable when resolved. It rests beside the key records: sealed, it says nothing but counts. */
export async function saveSalvage(
  platform: ClinicPlatform,
  userId: string,
  report: SalvageReport,
): Promise<void> {
  await platform.keyRecords.saveSealed(nameOf(userId), JSON.stringify(report));
}

/** Null where nothing was salvaged. */
export async function loadSalvage(platform: ClinicPlatform, userId: string): Promise<SalvageReport | null> {
  const kept = await platform.keyRecords.loadSealed(nameOf(userId));
  return kept === null ? null : (JSON.parse(kept) as SalvageReport);
}

/** With the user, when they are removed from this device. */
export async function forgetSalvage(platform: ClinicPlatform, userId: string): Promise<void> {
  await platform.keyRecords.remove(nameOf(userId));
}
