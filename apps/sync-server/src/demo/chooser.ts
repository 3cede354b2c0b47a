import { type Random, createSeededRandom, randomUuid } from '@fieldchart/foundation';

/** Seeded choices: the same seed makes the same choices in the same order. */
export interface Chooser {
  pick<Item>(items: readonly [Item, ...Item[]] | readonly Item[]): Item;
  /** `count` different items, in random order; all of them when there are fewer. */
  sample<Item>(items: readonly Item[], count: number): Item[];
  /** A whole number from `low` to `high`, both possible. */
  between(low: number, high: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  uuid(): string;
}

export function createChooser(seed: number): Chooser {
  const random: Random & { fraction(): number } = createSeededRandom(seed);
  const between = (low: number, high: number) => low + Math.floor(random.fraction() * (high - low + 1));
  return {
    between,
    pick(items) {
      const item = items[between(0, items.length - 1)];
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
    sample(items, count) {
      const left = [...items];
      const taken: typeof left = [];
      while (taken.length < count && left.length > 0)
        taken.push(...left.splice(between(0, left.length - 1), 1));
      return taken;
    },
    chance: (probability) => random.fraction() < probability,
    uuid: () => randomUuid(random),
  };
}
