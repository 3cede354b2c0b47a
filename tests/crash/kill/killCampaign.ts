import { judge, shownBy } from '../judge.ts';
import { createWitness, type Witness } from '../reports.ts';
import { type KilledDevice, momentOf, type Pace } from './killedDevice.ts';

export interface Tally {
  readonly runs: number;
  /** Promises of the store that were reported as resolved. */
  readonly commits: number;
  /** Kills that met a call of the store between its beginning and its report. */
  readonly killedInCommit: number;
  readonly lost: number;
  readonly torn: number;
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly problems: readonly string[];
  /** Plays the device's kills up to this one again: the work is the same, moments as near as the machine keeps them. */
  readonly replay: { readonly seed: number; readonly runs: number };
  /** Kept for a look. */
  readonly folder: string;
}

export interface Campaign {
  readonly runs: number;
  readonly seed: number;
  readonly pace: Pace;
  /** Devices beside each other. */
  readonly lanes: number;
  /** Whether a failure ends the whole campaign. */
  readonly untilFailure?: boolean;
  readonly createDevice: (seed: number) => Promise<KilledDevice> | KilledDevice;
  readonly onRun?: () => void;
}

/** Kills on one device, one after the other, before the next gets a fresh one. */
const KILLS_PER_DEVICE = 5;

/** Kills working processes at random moments, and holds what they show afterwards against what they had reported. */
export async function killCampaign(campaign: Campaign): Promise<Tally> {
  const tallies: Tally[] = [];
  let next = 0;
  const lane = async () => {
    for (let first = next; first < campaign.runs; first = next) {
      next += KILLS_PER_DEVICE;
      if (campaign.untilFailure === true && tallies.some(({ failures }) => failures.length > 0)) return;
      const runs = Math.min(KILLS_PER_DEVICE, campaign.runs - first);
      tallies.push(await killDevice({ ...campaign, seed: campaign.seed + first, runs }));
    }
  };
  await Promise.all(Array.from({ length: campaign.lanes }, lane));
  const sum = (count: (tally: Tally) => number) => tallies.reduce((total, tally) => total + count(tally), 0);
  return {
    runs: sum(({ runs }) => runs),
    commits: sum(({ commits }) => commits),
    killedInCommit: sum(({ killedInCommit }) => killedInCommit),
    lost: sum(({ lost }) => lost),
    torn: sum(({ torn }) => torn),
    failures: tallies.flatMap(({ failures }) => failures),
  };
}

/** One device to its last kill, or to the first after which something was not as reported. */
async function killDevice({ runs, seed, pace, createDevice, onRun }: Campaign): Promise<Tally> {
  const device = await createDevice(seed);
  const witness = createWitness();
  const tally = { runs: 0, commits: 0, killedInCommit: 0, lost: 0, torn: 0, failures: [] as Failure[] };
  try {
    for (let run = 0; run < runs; run += 1) {
      let isCommitting = false;
      const broken = await device
        .workUntilKilled(seed + run, momentOf(seed + run, pace), (report) => {
          isCommitting = report.kind === 'begun';
          if (report.kind === 'begun') return;
          tally.commits += 1;
          witness.hear(report);
        })
        .then(
          () => [],
          (error: unknown) => [`torn: it could not go on: ${String(error)}`],
        );
      tally.runs += 1;
      if (isCommitting) tally.killedInCommit += 1;
      const problems = [...broken, ...(await problemsAfterKill(device, witness))];
      onRun?.();
      if (problems.length === 0) continue;
      tally.lost += problems.filter((problem) => problem.startsWith('lost')).length;
      tally.torn += problems.filter((problem) => problem.startsWith('torn')).length;
      tally.failures.push({ problems, replay: { seed, runs: run + 1 }, folder: device.folder });
      return tally;
    }
  } finally {
    await device.end({ keep: tally.failures.length > 0 });
  }
  return tally;
}

async function problemsAfterKill(device: KilledDevice, witness: Witness): Promise<readonly string[]> {
  const leaks = device.leaks().map((text) => `leaked: ${text}`);
  try {
    const content = await device.read();
    const problems = judge(content, witness).map(({ kind, text }) => `${kind}: ${text}`);
    witness.hear(shownBy(content));
    return [...leaks, ...problems];
  } catch (error) {
    return [...leaks, `lost: it does not open: ${String(error)}`];
  }
}
