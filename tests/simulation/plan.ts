import { createSeededRandom } from '@fieldchart/foundation';

/**
 * What will be tried in a run, as data: shrinking takes parts out of it, and what is left means the same as before.
 * `dice` says which of the things there are at that time, so that a step without its forerunners still means something.
 */
export interface Plan {
  readonly seed: number;
  /** The longest that a way there or back takes, in milliseconds. */
  readonly latencyMs: number;
  /** Practitioner of each device, in order; null for one that shrinking took away. */
  readonly devices: readonly (string | null)[];
  readonly steps: readonly Step[];
  readonly faults: readonly PlannedFault[];
}

export interface Step {
  readonly index: number;
  readonly do: StepKind;
  readonly device: number;
  /** Before it, since the step before. */
  readonly gapMs: number;
  /** In [0, 1). */
  readonly dice: number;
}

export interface PlannedFault {
  readonly index: number;
  readonly device: number;
  /** Which of the device's requests meets it, counted from 0. */
  readonly request: number;
  readonly kind: FaultKind;
  readonly dice: number;
}

export const FAULTS = [
  'request-lost',
  'answer-lost',
  'duplicated',
  'request-late',
  'answer-late',
  'truncated',
  'portal',
  'proxy-refusal',
  'bundle-refused',
  'unauthorised',
  'timeout',
  'too-large',
  'busy',
  'server-fault',
  'gateway-fault',
] as const;
export type FaultKind = (typeof FAULTS)[number];

/** What people do, and how often beside each other and beside what befalls devices and server. */
const PERSONS = {
  register: 5,
  visit: 5,
  write: 6,
  type: 40,
  leave: 9,
  sign: 6,
  close: 8,
  amend: 2,
  'edit-client': 5,
  'edit-visit': 5,
  mistake: 2,
  poison: 3,
  attend: 6,
  tap: 4,
  'fetch-older': 3,
} as const;
const FATES = {
  kill: 5,
  'kill-at-commit': 8,
  'full-disk': 3,
  'clock-jump': 3,
  offline: 6,
  share: 4,
  unshare: 2,
  reshare: 2,
  'server-restart': 2,
  'new-device': 1,
  'new-identity': 1,
  'back-up': 2,
  restore: 1,
  policy: 3,
  'days-pass': 4,
} as const;
const WEIGHTS = { ...PERSONS, ...FATES };
export type PersonsStep = keyof typeof PERSONS;
export type Fate = keyof typeof FATES;
export type StepKind = keyof typeof WEIGHTS;

/** What a person does, and not what befalls them. */
export function isPersonsStep(kind: StepKind): kind is PersonsStep {
  return kind in PERSONS;
}

const always: readonly StepKind[] = ['register', 'visit', 'write', 'type'];
/** Where the policy ages records out there is something closed, and time goes by. */
const ofAgeing: readonly StepKind[] = [...always, 'close', 'days-pass', 'fetch-older'];

/** Who holds the devices: alone on two, with a colleague, and up to three people on four. */
const casts: readonly (readonly string[])[] = [
  ['ana', 'ana'],
  ['ana', 'ben'],
  ['ana', 'ana', 'ben'],
  ['ana', 'ben', 'cat'],
  ['ana', 'ana', 'ben', 'cat'],
  ['ana', 'ana', 'ben', 'ben'],
];

/** The plan of a seed. Each run leaves some kinds out and does others often, so that these meet. */
export function planOf(seed: number): Plan {
  const random = createSeededRandom(seed);
  // Neighbouring seeds begin alike.
  for (let skipped = 0; skipped < 8; skipped += 1) random.fraction();
  const whole = (limit: number) => Math.floor(random.fraction() * limit);
  const pick = <T>(items: readonly T[], otherwise: T): T => items[whole(items.length)] ?? otherwise;
  const devices = pick(casts, ['ana']);
  const ages = random.fraction() < 0.4;
  const present = ages ? ofAgeing : always;
  const kinds = (Object.keys(WEIGHTS) as StepKind[]).filter(
    (kind) => present.includes(kind) || random.fraction() < 0.7,
  );
  const weights = kinds.map((kind) => [kind, WEIGHTS[kind] * pick([0.4, 1, 1, 4], 1)] as const);
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  const draw = (): StepKind => {
    let left = random.fraction() * total;
    for (const [kind, weight] of weights) {
      left -= weight;
      if (left < 0) return kind;
    }
    return 'type';
  };
  const pace = pick([300, 1500, 6000, 20_000], 3000);
  const latencyMs = pick([400, 400, 2000, 8000], 400);
  const count = 30 + whole(70);
  const opening: StepKind[] = ['register', 'visit', 'write', 'share', ...(ages ? ['policy' as const] : [])];
  const steps = Array.from({ length: count }, (_, index): Step => ({
    index,
    do: opening[index] ?? draw(),
    device: index < opening.length ? 0 : whole(devices.length),
    gapMs: whole(pace),
    dice: random.fraction(),
  }));
  return { seed, latencyMs, devices, steps, faults: planFaults(random, devices.length) };
}

/** Requests of a device that may meet a fault; what comes after them is answered. */
const REQUESTS = 200;

function planFaults(random: { fraction(): number }, devices: number): readonly PlannedFault[] {
  const rate = random.fraction() < 0.1 ? 0 : random.fraction() * 0.4;
  const kinds = FAULTS.filter(() => random.fraction() < 0.6);
  const faults: PlannedFault[] = [];
  for (let device = 0; device < devices; device += 1) {
    for (let request = 0; request < REQUESTS && kinds.length > 0; request += 1) {
      if (random.fraction() >= rate) continue;
      const kind = kinds[Math.floor(random.fraction() * kinds.length)] ?? 'request-lost';
      faults.push({ index: faults.length, device, request, kind, dice: random.fraction() });
    }
  }
  return faults;
}
