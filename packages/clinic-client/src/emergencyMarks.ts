import { instantToMilliseconds } from '@fieldchart/clinical';
import type { Database } from '@fieldchart/encrypted-sqlite';
import { z } from 'zod';

const key = 'emergency-access';
const marksSchema = z.record(z.string(), z.string());
const DAY = 86_400_000;

/** The instant until which emergency access holds, or held within the last day, by client id. */
export type EmergencyMarks = Readonly<Record<string, string>>;

/** Clients who are on this device by emergency access. */
export async function loadEmergencyMarks(database: Database, now: number): Promise<EmergencyMarks> {
  const rows = await database.all<{ value: string }>('SELECT value FROM app_state WHERE key = ?', [key]);
  const text = rows[0]?.value;
  const marks = text === undefined ? {} : marksSchema.parse(JSON.parse(text));
  const isFresh = (until: string) => (instantToMilliseconds(until) ?? 0) > now - DAY;
  return Object.fromEntries(Object.entries(marks).filter(([, until]) => isFresh(until)));
}

/** Marks a client; durable when resolved. */
export async function markEmergency(
  database: Database,
  mark: { readonly clientId: string; readonly until: string; readonly now: number },
): Promise<void> {
  const marks = { ...(await loadEmergencyMarks(database, mark.now)), [mark.clientId]: mark.until };
  await database.batch([
    {
      sql: 'INSERT INTO app_state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      params: [key, JSON.stringify(marks)],
    },
  ]);
}
