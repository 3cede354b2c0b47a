import { type FhirResource, type ResourceKey, clientOf, referencesOf } from '@fieldchart/clinical';
import type { ChronicleFacts } from './chronicle.ts';
import type { Inspection, UnsettledEntry } from './inspection.ts';
import { type Mark, marksIn } from './marks.ts';
import type { WrittenVersion } from './server/simulatedServer.ts';
import { demand } from './violation.ts';

// What must hold after every run, when the network has been good for a while. What must hold at every moment stands in
// serverWitness.ts (at each commit of the server), sentBytes.ts (at each request) and savedSurvives.ts (at each start).

/** Everything that is known at the end of a run. */
export interface Outcome {
  readonly facts: ChronicleFacts;
  readonly devices: readonly Inspection[];
  readonly current: ReadonlyMap<ResourceKey, WrittenVersion>;
  readonly history: readonly WrittenVersion[];
  readonly caseloads: ReadonlyMap<string, ReadonlySet<string>>;
  /** What is kept for a supervisor or sealed for rescue, as text. */
  readonly handedOver: string;
}

export const finalInvariants: readonly ((outcome: Outcome) => void)[] = [
  everythingIsSettled,
  nothingIsLost,
  nothingGivenUpIsGone,
  nothingIsThereTwice,
  nothingIsParkedWithoutCause,
  devicesConverge,
  devicesHoldTheirCaseloadOnly,
  onlyWhatIsSettledAgesOut,
  receiptsAreTrue,
];

/** O4, O5: whatever may be sent is sent: nothing but what waits for a person is left. */
export function everythingIsSettled({ devices }: Outcome): void {
  for (const { name, unsettled, toFetch } of devices) {
    const waiting = unsettled.filter(({ state }) => state === 'waiting' || state === 'attempted');
    demand(waiting.length === 0, 'everything is settled', () => `${name}: ${describe(waiting)}`);
    demand(toFetch.length === 0, 'everything is settled', () => `${name} has not fetched ${toFetch.join()}`);
  }
}

/** D3, O5: each edit that was shown as saved is on the server, or visibly parked or held, or in a conflict. */
export function nothingIsLost(outcome: Outcome): void {
  const { facts, current, devices, handedOver } = outcome;
  const visible = new Set([...devices.flatMap((device) => [...device.visibleMarks]), ...marksIn(handedOver)]);
  for (const [mark, { key, device }] of facts.marks) {
    if (facts.givenUp.has(mark) || facts.lostByRestore.has(mark)) continue;
    const there = marksIn(current.get(key)?.resource).includes(mark) || visible.has(mark);
    demand(there, 'nothing is lost', () => `${mark} that ${device} wrote in ${key}`);
  }
  const unsent = new Set(devices.flatMap(({ unsettled }) => unsettled.map(({ key }) => key)));
  for (const [key, device] of facts.made) {
    if (facts.givenUp.has(key) || facts.lostByRestore.has(key)) continue;
    const there = current.has(key) || unsent.has(key) || handedOver.includes(key);
    demand(there, 'nothing is lost', () => `${key} that ${device} made`);
  }
}

/** D3: also what a person chose not to keep can be found again: in the server's history, on a device, or where it was handed over. */
export function nothingGivenUpIsGone({ facts, devices, history, handedOver }: Outcome): void {
  const kept = new Set<Mark>([...devices.flatMap((device) => [...device.allMarks]), ...marksIn(handedOver)]);
  for (const { resource } of history) for (const mark of marksIn(resource)) kept.add(mark);
  for (const [mark, { key, device }] of facts.marks) {
    // A restored server has lost the history that held it.
    if (!facts.givenUp.has(mark) || kept.has(mark) || facts.restores > 0) continue;
    // A replaced value that was never sent was never more than a draft.
    const draft = !key.startsWith('Composition/');
    demand(draft, 'nothing given up is gone', () => `${mark} that ${device} wrote in ${key}`);
  }
}

/** S2, O4: nothing that was written once stands anywhere twice, or in another's place. */
export function nothingIsThereTwice({ facts, current }: Outcome): void {
  for (const [key, { resource }] of current) {
    const marks = marksIn(resource);
    demand(
      new Set(marks).size === marks.length,
      'nothing is there twice',
      () => `${key}: ${marks.join(' ')}`,
    );
    for (const mark of marks) {
      const home = facts.marks.get(mark)?.key ?? key;
      demand(home === key, 'nothing is there twice', () => `${mark} of ${home} stands in ${key}`);
    }
  }
}

/** O2, O3, O6: what follows the rules is never refused: each refusal has its reason in what people did. */
export function nothingIsParkedWithoutCause(outcome: Outcome): void {
  for (const device of outcome.devices) {
    for (const entry of device.unsettled) {
      if (entry.state !== 'parked') continue;
      const unit = device.unsettled.filter((other) => other === entry || sameGroup(other, entry));
      const explained = unit.some((member) => hasCause(outcome, device, member));
      demand(explained, 'nothing is parked without cause', () => `${device.name}: ${describe(unit)}`);
    }
  }
}

function sameGroup(a: UnsettledEntry, b: UnsettledEntry): boolean {
  return a.group !== null && a.group === b.group;
}

function hasCause({ facts }: Outcome, device: Inspection, entry: UnsettledEntry): boolean {
  // A restored server has lost care teams and versions: what it refuses of what it lost waits for a person.
  if (facts.poison.has(entry.key) || facts.restores > 0) return true;
  const clientId = clientOf(entry.resource);
  if (clientId !== undefined && facts.lostAccess.has(`${device.practitionerId} ${clientId}`)) return true;
  // Where two wrote they may meet, or one may have closed what the other went on with.
  const meets = entry.reason === 'conflict' || entry.reason === 'business-rule';
  return meets && (facts.writers.get(entry.key)?.size ?? 0) > 1;
}

/** What everybody sees is the same, and it is what the server has; but for what still waits for a person. */
export function devicesConverge({ devices, current, caseloads, facts, handedOver }: Outcome): void {
  const inReview = JSON.stringify(handedOver);
  const openOn = new Map(devices.map((device) => [device, openKeys(device)]));
  const openAnywhere = new Set([...openOn.values()].flatMap((keys) => [...keys]));
  for (const device of devices) {
    for (const [key, version] of current) {
      const { clientId } = version;
      if (clientId !== null && caseloads.get(clientId)?.has(device.practitionerId) !== true) continue;
      if (openOn.get(device)?.has(key) === true || facts.lostByRestore.has(key)) continue;
      const record = device.records.get(key);
      // Of what others wrote and a restore took, devices keep what they have until a newer version comes: at the
      // latest when its writer, or whoever reviews late work, decides what stands in the way.
      const lost = facts.restores > 0 && Number(record?.versionId) > version.version;
      if (lost && (openAnywhere.has(key) || inReview.includes(key))) continue;
      // What aged out is known by its version, and by nothing else.
      if (record === undefined && device.agedOut.get(key) === String(version.version)) continue;
      demand(record !== undefined, 'devices converge', () => `${device.name} does not have ${key}`);
      demand(
        record?.versionId === String(version.version) &&
          canonical(record.resource) === canonical(version.resource),
        'devices converge',
        () =>
          `${device.name} has ${key} in version ${record?.versionId ?? '-'}: ${JSON.stringify(record?.resource)}; the server in ${version.version}: ${JSON.stringify(version.resource)}`,
      );
    }
  }
}

function openKeys({ unsettled, conflicted }: Inspection): ReadonlySet<ResourceKey> {
  return new Set([...unsettled.map(({ key }) => key), ...conflicted]);
}

/** S3: what has left the caseload has left the device, unless something of it waits. */
export function devicesHoldTheirCaseloadOnly({ devices, caseloads, current, facts }: Outcome): void {
  // What a restored server no longer knows of the care teams it cannot tell: that stays until it is decided anew.
  if (facts.restores > 0) return;
  for (const device of devices) {
    const busy = new Set(device.unsettled.map(({ resource }) => clientOf(resource)));
    for (const [key, { clientId }] of device.records) {
      const mine = clientId === null || caseloads.get(clientId)?.has(device.practitionerId) === true;
      const waits = busy.has(clientId ?? '') || device.conflictedClients.has(clientId ?? '');
      demand(mine || waits, 'S3 the caseload and no more', () => `${device.name} still holds ${key}`);
      demand(
        waits || current.has(key),
        'devices converge',
        () => `${device.name} has ${key}, the server not`,
      );
    }
  }
}

/**
 * D3, S3: what aged out lies on the server, and nothing unsent is, or refers to, what is gone; what the policy says should
 * go is not there any more.
 */
export function onlyWhatIsSettledAgesOut({ devices, current, facts }: Outcome): void {
  for (const { name, agedOut, overdue, unsettled, records } of devices) {
    for (const key of agedOut.keys()) {
      const there = current.has(key) || facts.lostByRestore.has(key) || facts.restores > 0;
      demand(there, 'only what is settled ages out', () => `${name} erased ${key}, the server has it not`);
      demand(!records.has(key), 'only what is settled ages out', () => `${name} has ${key} and erased it`);
    }
    for (const { key, resource } of unsettled) {
      const gone = [key, ...referencesOf(resource)].find((one) => agedOut.has(one));
      demand(
        gone === undefined,
        'only what is settled ages out',
        () => `${name}: ${key} needs ${gone ?? ''}`,
      );
    }
    demand(overdue.length === 0, 'what has aged out goes', () => `${name} still has ${overdue.join()}`);
  }
}

/** O7: what a device was told of its own changes is what the server has on record. */
export function receiptsAreTrue({ devices, history, facts }: Outcome): void {
  const written = new Map(history.map((version) => [version.mutationId, version]));
  for (const { name, receipts } of devices) {
    for (const { mutationId, key, versionId } of receipts) {
      const version = written.get(mutationId);
      // A restored server has lost it, or took it once more, out of a network that was late, and numbered it anew. The
      // number that the device was told then means nothing else there (C1).
      const isFree = !history.some((other) => other.key === key && String(other.version) === versionId);
      if (facts.restores > 0 && isFree && Number(version?.version ?? Infinity) > Number(versionId)) continue;
      demand(
        version?.key === key && String(version.version) === versionId,
        'O7 receipts are true',
        () =>
          `${name}: ${key} in version ${versionId}, but it is ${version?.key ?? '-'} ${version?.version ?? '-'}`,
      );
    }
  }
}

function describe(entries: readonly UnsettledEntry[]): string {
  return entries.map(({ key, kind, state, reason }) => `${kind} ${key} ${state} ${reason ?? ''}`).join('; ');
}

/** Equal for equal content, whatever the server wrote into `meta` and the order of names. */
function canonical(resource: FhirResource): string {
  return JSON.stringify({ ...resource, meta: undefined }, (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
