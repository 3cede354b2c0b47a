import type { Withdrawal } from '@fieldchart/fhir-sync';
import type { ClinicPlatform } from './platform.ts';

/**
 * What a withdrawn device owes its provider: its unsent work, sealed, and the token that brings it. It rests in the
 * clear beside the key records until it is settled; the token opens the two routes of a withdrawn device, no other.
 */
export interface Handover extends Withdrawal {
  readonly work: string;
}

const nameOf = (userId: string) => `handover of ${userId}`;

export async function saveHandover(
  platform: ClinicPlatform,
  userId: string,
  handover: Handover,
): Promise<void> {
  await platform.keyRecords.saveSealed(nameOf(userId), JSON.stringify(handover));
}

/** Null where nothing is owed. One that cannot be read stays where it is. */
export async function loadHandover(platform: ClinicPlatform, userId: string): Promise<Handover | null> {
  const kept = await platform.keyRecords.loadSealed(nameOf(userId));
  if (kept === null) return null;
  const handover = parse(kept);
  if (handover === null) platform.logger.error('handover-unreadable');
  return handover;
}

export async function forgetHandover(platform: ClinicPlatform, userId: string): Promise<void> {
  await platform.keyRecords.remove(nameOf(userId));
}

function parse(text: string): Handover | null {
  try {
    const { work, accessToken, erase } = JSON.parse(text) as Partial<Record<keyof Handover, unknown>>;
    return typeof work === 'string' && typeof accessToken === 'string' && typeof erase === 'boolean'
      ? { work, accessToken, erase }
      : null;
  } catch {
    return null;
  }
}
