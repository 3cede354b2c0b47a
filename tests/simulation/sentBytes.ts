import { REVIEW_PATH } from '@fieldchart/clinical';
import type { HttpRequest } from '@fieldchart/fhir-sync';
import { isRecord } from './isRecord.ts';
import { demand } from './violation.ts';

export interface SentBytes {
  look(request: HttpRequest): void;
  /** The server did nothing of it, and may be asked under the same ids for something else. */
  forget(request: HttpRequest): void;
  /** The server was restored: what it lost is sent again under the first ids, on what it has now. */
  startAnew(): void;
}

/** O4: remembers what was sent under each mutation id, and demands the same bytes whenever it is sent again. */
export function createSentBytes(): SentBytes {
  // The inbox takes what the record refused, under the same ids and with other conditions.
  const sentTo = new Map<string, Map<string, string>>();
  return {
    look(request) {
      const entries = entriesOf(request);
      const sent = sentTo.get(request.path) ?? new Map<string, string>();
      sentTo.set(request.path, sent);
      for (const entry of entries) retriesSendTheSameBytes(sent, entry);
      signedNotesLeaveSigned(entries);
    },
    forget(request) {
      for (const entry of entriesOf(request)) sentTo.get(request.path)?.delete(mutationIdOf(entry) ?? '');
    },
    startAnew: () => sentTo.clear(),
  };
}

function entriesOf({ path, body }: HttpRequest): readonly unknown[] {
  if ((path !== '/fhir' && path !== REVIEW_PATH) || body === undefined) return [];
  const bundle: unknown = JSON.parse(body);
  return isRecord(bundle) && Array.isArray(bundle['entry']) ? bundle['entry'] : [];
}

function mutationIdOf(entry: unknown): string | undefined {
  return /urn:uuid:[0-9a-f-]{36}/u.exec(JSON.stringify(isRecord(entry) ? entry['request'] : null))?.[0];
}

export function retriesSendTheSameBytes(sent: Map<string, string>, entry: unknown): void {
  const bytes = JSON.stringify(entry);
  const id = mutationIdOf(entry);
  if (id === undefined) return;
  const before = sent.get(id);
  demand(
    before === undefined || before === bytes,
    'O4 a retry sends the same bytes',
    () => `${id} was ${before ?? ''} and is ${bytes}`,
  );
  sent.set(id, bytes);
}

/** C2, O6: a note that says it is signed leaves with the signature beside it, or it was merged into what it is not. */
export function signedNotesLeaveSigned(entries: readonly unknown[]): void {
  const resources = entries.map((entry) => (isRecord(entry) ? entry['resource'] : null)).filter(isRecord);
  const signatures = resources.filter(({ resourceType }) => resourceType === 'Provenance');
  for (const { resourceType, id, status } of resources) {
    if (resourceType !== 'Composition' || status !== 'final') continue;
    demand(
      signatures.some((signature) => JSON.stringify(signature).includes(`"Composition/${String(id)}"`)),
      'C2 a signed note leaves with its signature',
      () => `Composition/${String(id)}`,
    );
  }
}
