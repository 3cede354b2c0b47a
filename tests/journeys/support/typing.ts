import { createSeededRandom } from '@fieldchart/foundation';

/** The run's seed: `SEED` replays one. */
export function seedOf(): number {
  return Number(process.env['SEED'] ?? Date.now() % 1_000_000_000);
}

const vocabulary =
  'client reports steady sleep and walked by the river with café friends after supper mañana'.split(' ');

/** Words to type and moments to die, the same for the same seed. */
export function randomTyping(seed: number) {
  const random = createSeededRandom(seed);
  const below = (limit: number) => Math.floor(random.fraction() * limit);
  return {
    words: () =>
      Array.from({ length: 400 }, () => vocabulary[below(vocabulary.length)] ?? '').join(' ') + ' ',
    milliseconds: () => 150 + below(1800),
  };
}
