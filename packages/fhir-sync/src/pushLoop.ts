import type { Clock, Logger, Random } from '@fieldchart/foundation';
import type { Arrived, Batch, BatchEntry, RecordStore, ServerVersion } from '@fieldchart/record-store';
import { buildBundle } from './buildBundle.ts';
import type { BundleVerdict, EntryVerdict, UnknownOutcome } from './classifyAnswer.ts';
import type { FhirClient } from './fhirClient.ts';
import { findOwnVersion } from './findOwnVersion.ts';
import { type Interruption, epochChanged, unauthorised, unknownToInterruption } from './interruption.ts';
import { type Unit, createLoneUnits } from './loneUnits.ts';

export type PushStore = Pick<RecordStore, 'nextBatch' | 'acknowledge' | 'park' | 'conflict' | 'cursor'>;

export interface PushLoop {
  /** Sends what is ready, one bundle at a time, until nothing is or something stops it. */
  run(): Promise<Interruption | undefined>;
  /** When something that failed alone may be tried again. */
  nextRetryAt(): number | undefined;
}

export interface PushOptions {
  readonly store: PushStore;
  readonly client: FhirClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Asked between steps: true ends the run. */
  readonly stopped: () => boolean;
  /** Called when there is something to send. */
  readonly onSending: () => void;
}

const limits = { entries: 100, bytes: 1_000_000 };
/** After this many server faults in a row, the bundle itself is suspected. */
const faultsBeforeSuspicion = 3;

type Delivery = Interruption | undefined;

/** What the history of an entry's record says of it. */
interface Finding {
  readonly entry: BatchEntry;
  readonly found: Exclude<Awaited<ReturnType<typeof findOwnVersion>>, { readonly kind: 'interrupted' }>;
}

function arrivedAs({ mutationId }: BatchEntry, { versionId, serverTime }: ServerVersion): Arrived {
  return { mutationId, version: { versionId, serverTime } };
}

export function createPushLoop(options: PushOptions): PushLoop {
  const { store, client, clock, logger } = options;
  const lone = createLoneUnits(options.random, () => clock.now());
  let faults = 0;
  /** Whether the server settled anything in this run: proof that a fault is the bundle's, not the server's. */
  let alive = false;

  const settled = (mutationId: string) => {
    lone.settle(mutationId);
    alive = true;
    faults = 0;
  };

  /** O6: in one commit, for of what was sent together a restored server would be sent a part. */
  const acknowledge = async (arrived: readonly Arrived[]) => {
    if (arrived.length === 0) return;
    await store.acknowledge(arrived);
    for (const { mutationId } of arrived) settled(mutationId);
  };

  /**
   * Other versions stand there. Ours, from a try whose answer was lost, or somebody else's: each entry's history says.
   * Nothing is settled before all have been read; `known` have been.
   */
  const settleByHistory = async (
    entries: readonly BatchEntry[],
    known: readonly Finding[] = [],
  ): Promise<Delivery> => {
    const findings = [...known];
    for (const entry of entries) {
      const found = await findOwnVersion(client, entry);
      if (found.kind === 'interrupted') return found.interruption;
      findings.push({ entry, found });
    }
    await acknowledge(
      findings.flatMap(({ entry, found }) => (found.kind === 'ours' ? arrivedAs(entry, found.version) : [])),
    );
    for (const { entry, found } of findings) {
      if (found.kind === 'theirs') {
        await store.conflict(entry.mutationId, found.latest);
        settled(entry.mutationId);
      }
      // Nothing moved, so the refusal will not stand, or the server tore a transaction apart: it goes again, later.
      if (found.kind === 'unmoved') lone.setAside([entry], undefined);
    }
    return undefined;
  };

  const settleEntry = async (entry: BatchEntry, verdict: EntryVerdict): Promise<Delivery> => {
    switch (verdict.kind) {
      case 'acknowledged':
        await acknowledge([arrivedAs(entry, verdict)]);
        return undefined;
      case 'park':
        await store.park(entry.mutationId, verdict.reason);
        settled(entry.mutationId);
        return undefined;
      case 'precondition-failed':
      case 'conflict':
        return settleByHistory([entry]);
      case 'reviewed':
      // Only the inbox says so: here it settles nothing.
      case 'unknown':
        lone.setAside([entry], undefined);
        return undefined;
    }
  };

  const settleBatch = async (
    units: readonly Unit[],
    verdicts: readonly EntryVerdict[],
  ): Promise<Delivery> => {
    let interruption: Delivery;
    const arrived: Arrived[] = [];
    const others: { readonly entry: BatchEntry; readonly verdict: EntryVerdict }[] = [];
    for (const [index, entry] of units.flat().entries()) {
      const verdict = verdicts[index];
      if (verdict?.kind === 'acknowledged') arrived.push(arrivedAs(entry, verdict));
      else if (verdict !== undefined) others.push({ entry, verdict });
    }
    await acknowledge(arrived);
    // Every verdict is used, even if another entry needs a second look.
    for (const { entry, verdict } of others)
      interruption = (await settleEntry(entry, verdict)) ?? interruption;
    return interruption;
  };

  /** O6: a transaction answers for all of its entries or for none. */
  const settleTransaction = async (unit: Unit, verdicts: readonly EntryVerdict[]): Promise<Delivery> => {
    if (verdicts.every((verdict) => verdict.kind === 'acknowledged')) return settleBatch([unit], verdicts);
    lone.setAside(unit, undefined);
    return undefined;
  };

  const settleRefusedTransaction = async (
    unit: Unit,
    index: number,
    verdict: EntryVerdict,
  ): Promise<Delivery> => {
    const blamed = unit[index];
    if (blamed === undefined) return undefined;
    if (verdict.kind !== 'precondition-failed' && verdict.kind !== 'conflict')
      return settleEntry(blamed, verdict);
    const found = await findOwnVersion(client, blamed);
    switch (found.kind) {
      case 'interrupted':
        return found.interruption;
      case 'unmoved':
        lone.setAside(unit, undefined);
        return undefined;
      case 'theirs':
        return settleByHistory([], [{ entry: blamed, found }]);
      case 'ours': {
        // One of a transaction is there, so all of it is.
        const others = unit.filter((entry) => entry !== blamed);
        return settleByHistory(others, [{ entry: blamed, found }]);
      }
    }
  };

  /** Somewhere in a transaction another version stands, and the server does not say where: the histories do. */
  const settleMovedTransaction = async (unit: Unit): Promise<Delivery> => {
    for (const [index, entry] of unit.entries()) {
      const finding = await findOwnVersion(client, entry);
      if (finding.kind === 'interrupted') return finding.interruption;
      // What is yet to be created has no history.
      const untouched = finding.kind === 'theirs' && finding.latest === null && entry.kind === 'create';
      if (finding.kind !== 'unmoved' && !untouched)
        return settleRefusedTransaction(unit, index, { kind: 'precondition-failed' });
    }
    lone.setAside(unit, undefined);
    return undefined;
  };

  /** Each half by itself, down to the unit to blame. */
  const bisect = async (kind: Batch['kind'], units: readonly Unit[], code: string): Promise<Delivery> => {
    const [first] = units;
    if (first !== undefined && units.length === 1) {
      logger.warn('sync.unit-set-aside', { code, entries: first.length });
      lone.setAside(first, undefined);
      return undefined;
    }
    const middle = Math.ceil(units.length / 2);
    const left = await deliver(kind, units.slice(0, middle));
    return left ?? deliver(kind, units.slice(middle));
  };

  const onUnknown = async (
    kind: Batch['kind'],
    units: readonly Unit[],
    outcome: UnknownOutcome,
  ): Promise<Delivery> => {
    if (!outcome.serverFault) return unknownToInterruption(outcome);
    faults += 1;
    if (!alive && faults < faultsBeforeSuspicion) return unknownToInterruption(outcome);
    if (units.length > 1) return bisect(kind, units, outcome.code);
    const [unit] = units;
    if (unit !== undefined) lone.setAside(unit, outcome.retryAfterMs);
    // A server that is down fails for everything. One unit a pass is enough to find that out.
    return alive ? undefined : unknownToInterruption(outcome);
  };

  const settle = async (
    kind: Batch['kind'],
    units: readonly Unit[],
    verdict: BundleVerdict,
  ): Promise<Delivery> => {
    switch (verdict.kind) {
      case 'entries':
        return kind === 'transaction'
          ? settleTransaction(units.flat(), verdict.verdicts)
          : settleBatch(units, verdict.verdicts);
      case 'entry-refused':
        return settleRefusedTransaction(units.flat(), verdict.index, verdict.verdict);
      case 'precondition-failed':
        return settleMovedTransaction(units.flat());
      case 'bisect':
        return bisect(kind, units, verdict.code);
      case 'split':
        return bisect(kind, units, 'http-413');
      case 'reauthorise':
        return unauthorised;
      case 'epoch-changed':
        return epochChanged;
      case 'unknown':
        return onUnknown(kind, units, verdict);
    }
  };

  const deliver = async (kind: Batch['kind'], units: readonly Unit[]): Promise<Delivery> => {
    if (options.stopped()) return undefined;
    const entries = units.flat();
    const verdict = await client.sendBundle({ type: kind, entries }, buildBundle(kind, entries), {
      cursor: await store.cursor(),
    });
    if (options.stopped()) return undefined;
    return settle(kind, units, verdict);
  };

  return {
    async run() {
      alive = false;
      while (!options.stopped()) {
        const batch = await store.nextBatch({ ...limits, skip: lone.waiting(clock.now()) });
        if (batch === undefined) return undefined;
        options.onSending();
        const units = batch.kind === 'transaction' ? [batch.entries] : batch.entries.map((entry) => [entry]);
        const interruption = await deliver(batch.kind, units);
        if (interruption !== undefined) return interruption;
      }
      return undefined;
    },
    nextRetryAt: () => lone.nextAt(clock.now()),
  };
}
