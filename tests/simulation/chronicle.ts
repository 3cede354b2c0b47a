import type { FhirResource, ResourceKey } from '@fieldchart/clinical';
import { resourceKey } from '@fieldchart/clinical';
import { type Mark, markOf, marksIn } from './marks.ts';

/**
 * What people were shown: every mark that was shown as saved and what has been decided about it. It is written when a
 * commit has been acknowledged to the person, and read by the invariants.
 */
export interface Chronicle {
  newMark(): Mark;
  /**
   * A person is about to change this; the app may die before it answers. What the person saw and does not keep is
   * taken away by a person, not lost.
   */
  trying(change: PersonsChange): void;
  /** The change was shown as saved. */
  saved(change: PersonsChange): void;
  /** A person chose not to keep these: a signature taken back, or one of two texts. */
  givenUp(keys: readonly ResourceKey[], marks: readonly Mark[]): void;
  poisoned(key: ResourceKey): void;
  mended(key: ResourceKey): void;
  /** A practitioner has not always been in the client's care team. */
  accessLost(practitionerId: string, clientId: string): void;
  restored(): void;
  /** A policy ages records out, be it for a while. */
  agesOut(): void;
  /** Marks and records that no device can bring back to a restored server. */
  lostByRestore(gone: readonly string[]): void;
  readonly facts: ChronicleFacts;
}

export interface PersonsChange {
  /** Whose hands: a device, or what took its place. */
  readonly device: string;
  readonly practitionerId: string;
  readonly shown: readonly FhirResource[];
  readonly written: readonly FhirResource[];
}

export interface SavedMark {
  readonly key: ResourceKey;
  readonly device: string;
}

export interface ChronicleFacts {
  readonly marks: ReadonlyMap<Mark, SavedMark>;
  /** Everything that somebody made, whether it carries a mark or not. */
  readonly made: ReadonlyMap<ResourceKey, string>;
  readonly givenUp: ReadonlySet<string>;
  /** Devices that changed a record: where there are two they may meet. */
  readonly writers: ReadonlyMap<ResourceKey, ReadonlySet<string>>;
  readonly poison: ReadonlySet<ResourceKey>;
  /** `practitioner client` of those who lost a client, be it for a while. */
  readonly lostAccess: ReadonlySet<string>;
  readonly restores: number;
  readonly agesOut: boolean;
  readonly lostByRestore: ReadonlySet<string>;
}

export function createChronicle(): Chronicle {
  const marks = new Map<Mark, SavedMark>();
  const made = new Map<ResourceKey, string>();
  const givenUp = new Set<string>();
  const writers = new Map<ResourceKey, Set<string>>();
  const poison = new Set<ResourceKey>();
  const lostAccess = new Set<string>();
  const lostByRestore = new Set<string>();
  let serial = 0;
  const facts = {
    marks,
    made,
    givenUp,
    writers,
    poison,
    lostAccess,
    lostByRestore,
    restores: 0,
    agesOut: false,
  };
  return {
    facts,
    newMark() {
      serial += 1;
      return markOf(serial);
    },
    trying({ device, shown, written }) {
      const kept = new Set(marksIn(written));
      for (const mark of marksIn(shown)) if (!kept.has(mark)) givenUp.add(mark);
      for (const resource of written) {
        const key = resourceKey(resource);
        writers.set(key, (writers.get(key) ?? new Set()).add(device));
      }
    },
    saved({ device, written }) {
      for (const resource of written) {
        const key = resourceKey(resource);
        if (!made.has(key)) made.set(key, device);
        for (const mark of marksIn(resource)) if (!marks.has(mark)) marks.set(mark, { key, device });
      }
    },
    givenUp(keys, gone) {
      for (const one of [...keys, ...gone]) givenUp.add(one);
    },
    poisoned(key) {
      poison.add(key);
    },
    mended(key) {
      poison.delete(key);
    },
    accessLost(practitionerId, clientId) {
      lostAccess.add(`${practitionerId} ${clientId}`);
    },
    lostByRestore(gone) {
      for (const one of gone) lostByRestore.add(one);
    },
    restored() {
      facts.restores += 1;
    },
    agesOut() {
      facts.agesOut = true;
    },
  };
}
