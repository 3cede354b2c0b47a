import type { HttpRequest } from '@fieldchart/fhir-sync';
import { isRecord } from './isRecord.ts';
import { demand } from './violation.ts';

/** O4: remembers what was sent under each mutation id, and demands the same bytes whenever it is sent again. */
export function createSentBytes(): (request: HttpRequest) => void {
  const sent = new Map<string, string>();
  return ({ path, body }) => {
    if (path !== '/fhir' || body === undefined) return;
    const bundle: unknown = JSON.parse(body);
    const entries = isRecord(bundle) && Array.isArray(bundle['entry']) ? bundle['entry'] : [];
    for (const entry of entries) retriesSendTheSameBytes(sent, entry);
  };
}

export function retriesSendTheSameBytes(sent: Map<string, string>, entry: unknown): void {
  const bytes = JSON.stringify(entry);
  const id = /urn:uuid:[0-9a-f-]{36}/u.exec(JSON.stringify(isRecord(entry) ? entry['request'] : null))?.[0];
  if (id === undefined) return;
  const before = sent.get(id);
  demand(
    before === undefined || before === bytes,
    'O4 a retry sends the same bytes',
    () => `${id} was ${before ?? ''} and is ${bytes}`,
  );
  sent.set(id, bytes);
}
