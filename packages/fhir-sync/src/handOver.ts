import { REVIEW_PATH } from '@fieldchart/clinical';
import {
  type Batch,
  type BatchEntry,
  type RecordStore,
  type TakenOver,
  type UnsentWork,
  isNothing,
} from '@fieldchart/record-store';
import { buildBundle } from './buildBundle.ts';
import type { EntryVerdict } from './classifyAnswer.ts';
import type { FhirClient } from './fhirClient.ts';
import { type Interruption, epochChanged, unauthorised, unknownToInterruption } from './interruption.ts';

export type LateWorkStore = Pick<
  RecordStore,
  'lateWork' | 'handedOver' | 'unsentOf' | 'eraseClient' | 'cursor'
>;

/**
 * Seals work for rescue and uploads it. Resolves to the sealed text's SHA-256 once the server's receipt names it, to
 * null when it is to be tried again.
 */
export type SealUpload = (work: UnsentWork) => Promise<string | null>;

export interface HandOverOptions {
  readonly store: LateWorkStore;
  readonly client: FhirClient;
  readonly seal: SealUpload;
  readonly stopped: () => boolean;
}

/**
 * Lets go of a client who left the caseload: what waits goes to the review inbox, what the inbox does not take is
 * sealed for rescue, and only then is the client's data erased (D3, S3).
 */
export async function handOver(
  options: HandOverOptions,
  clientId: string,
): Promise<Interruption | undefined> {
  const { store, stopped } = options;
  const units = await store.lateWork(clientId);
  if (units === 'typing') return undefined;
  for (const unit of units) {
    const interruption = await submit(options, unit);
    if (interruption !== undefined || stopped()) return interruption;
  }
  const work = await store.unsentOf(clientId);
  if (isNothing(work)) {
    await store.eraseClient(clientId);
    return undefined;
  }
  const sha256 = await options.seal(work).catch(() => null);
  if (stopped()) return undefined;
  if (sha256 === null) return { code: 'not-sealed', reachable: true };
  await store.eraseClient(clientId, { work, sha256 });
  return undefined;
}

/** Sends one unit to the inbox. What the inbox refuses stays in the queue, to be sealed. */
async function submit(options: HandOverOptions, unit: Batch): Promise<Interruption | undefined> {
  const { store, client, stopped } = options;
  const { kind, entries } = unit;
  const verdict = await client.sendBundle({ type: kind, entries }, buildBundle(kind, entries), {
    path: REVIEW_PATH,
    cursor: await store.cursor(),
  });
  if (stopped()) return undefined;
  switch (verdict.kind) {
    case 'entries':
      return await settle(store, entries, verdict.verdicts);
    case 'entry-refused':
    case 'precondition-failed':
    case 'bisect':
      return undefined;
    case 'split':
      // One bundle of the inbox holds a hundred entries at most: what alone is too large for it is sealed.
      return entries.length === 1 || kind === 'transaction' ? undefined : await submitHalves(options, unit);
    case 'reauthorise':
      return unauthorised;
    case 'epoch-changed':
      return epochChanged;
    case 'unknown':
      return unknownToInterruption(verdict);
  }
}

async function submitHalves(options: HandOverOptions, unit: Batch): Promise<Interruption | undefined> {
  const middle = Math.ceil(unit.entries.length / 2);
  return (
    (await submit(options, { ...unit, entries: unit.entries.slice(0, middle) })) ??
    (await submit(options, { ...unit, entries: unit.entries.slice(middle) }))
  );
}

/** What the server has is settled in one commit (O6); what it refused stays in the queue, to be sealed. */
async function settle(
  store: LateWorkStore,
  entries: readonly BatchEntry[],
  verdicts: readonly EntryVerdict[],
): Promise<Interruption | undefined> {
  const taken: TakenOver[] = [];
  let interruption: Interruption | undefined;
  for (const [at, { mutationId }] of entries.entries()) {
    const verdict = verdicts[at];
    switch (verdict?.kind) {
      case 'reviewed':
        taken.push({
          mutationId,
          receipt: { way: 'review', receipt: verdict.itemId, at: verdict.receivedAt },
        });
        break;
      case 'acknowledged':
        taken.push({
          mutationId,
          receipt: { way: 'arrived', receipt: verdict.versionId, at: verdict.serverTime },
        });
        break;
      case 'park':
      case 'conflict':
      case 'precondition-failed':
        break;
      case 'unknown':
      case undefined:
        interruption ??= { code: verdict?.code ?? 'not-fhir', reachable: true };
    }
  }
  if (taken.length > 0) await store.handedOver(taken);
  return interruption;
}
