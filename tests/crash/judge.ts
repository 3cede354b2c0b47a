import type { FhirResource } from '@fieldchart/clinical';
import { companionId, editOf, isWhole } from './chart.ts';
import type { DeviceContent } from './readDevice.ts';
import type { Reported, Saved } from './reports.ts';

/** A broken promise: something reported is gone, or something stands half done. */
export interface Problem {
  readonly kind: 'lost' | 'torn';
  readonly text: string;
}

/** Holds what a killed device shows after it was opened again against what it had reported as saved (D1, D2, D4). */
export function judge(content: DeviceContent, reported: Reported): readonly Problem[] {
  return [...lostOf(content, reported), ...tornOf(content, reported)];
}

/** What a reader has shown counts as reported from then on: it may not go away either. */
export function shownBy(content: DeviceContent): Saved {
  return {
    records: content.records.map(({ key, resource }) => ({ key, edit: editOf(parse(resource)) })),
    attempted: content.outbox
      .filter(({ state }) => state === 'attempted')
      .map(({ id, body }) => ({ mutationId: id, body: body ?? '' })),
    acknowledged: content.receipts.map(({ id }) => id),
  };
}

function lostOf(content: DeviceContent, reported: Reported): readonly Problem[] {
  const problems: Problem[] = [];
  const lost = (text: string) => problems.push({ kind: 'lost', text });
  const edits = new Map(content.records.map(({ key, resource }) => [key, editOf(parse(resource))]));
  const entries = new Map(content.outbox.map((entry) => [entry.id, entry]));
  const receipts = new Set(content.receipts.map(({ id }) => id));

  for (const [key, edit] of reported.edits) {
    const found = edits.get(key);
    if (found === undefined) lost(`${key} is gone`);
    else if (found < edit) lost(`${key} holds edit ${String(found)}, edit ${String(edit)} was reported`);
  }
  for (const id of reported.acknowledged) if (!receipts.has(id)) lost(`the receipt of ${id} is gone`);
  for (const [id, body] of reported.attempted) {
    if (receipts.has(id)) continue;
    const entry = entries.get(id);
    if (entry?.state !== 'attempted') lost(`the attempt of ${id} is ${entry?.state ?? 'gone'}`);
    else if (entry.body !== body) lost(`the attempt of ${id} has other bytes`);
  }
  return problems;
}

function tornOf(content: DeviceContent, reported: Reported): readonly Problem[] {
  const problems: Problem[] = [];
  const torn = (text: string) => problems.push({ kind: 'torn', text });
  const resources = new Map(content.records.map(({ key, resource }) => [key, parse(resource)]));
  const queued = new Set([...content.outbox, ...content.receipts].map(({ key }) => key));

  for (const line of content.damage) torn(`SQLite finds: ${line}`);
  for (const { key, cursor } of content.records) {
    const resource = resources.get(key);
    if (resource === undefined) continue;
    const edit = editOf(resource);
    if (!isWhole(resource)) torn(`${key} holds what nobody wrote`);
    if (!queued.has(key)) torn(`${key} has neither entry nor receipt`);
    if (resource.resourceType === 'Composition' && cursor !== edit) {
      torn(`${key} holds edit ${String(edit)} and the cursor of ${String(cursor)}`);
    }
    // One call was under way at most.
    const known = reported.edits.get(key) ?? 0;
    if (edit > known + 1) torn(`${key} holds edit ${String(edit)}, only ${String(known)} was reported`);
    if (isHalfSigned(key, resource, resources)) torn(`${key} was signed without what belongs to it`);
  }
  const receipts = new Set(content.receipts.map(({ id }) => id));
  for (const { id, key } of content.outbox) {
    if (receipts.has(id)) torn(`${id} has a receipt and still stands in the outbox`);
    if (!resources.has(key)) torn(`the outbox has an entry on ${key}, which is not there`);
  }
  return problems;
}

/** A note and its companion are one group: both or neither (O6). */
function isHalfSigned(
  key: string,
  resource: FhirResource,
  resources: ReadonlyMap<string, FhirResource>,
): boolean {
  const id = resource.id ?? '';
  if (resource.resourceType !== 'Composition' || key !== `Composition/${id}` || !id.startsWith('a'))
    return false;
  return (resource.status === 'final') !== resources.has(`Composition/${companionId(id)}`);
}

function parse(resource: string): FhirResource {
  return JSON.parse(resource) as FhirResource;
}
