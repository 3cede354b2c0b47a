import { parseArgs } from 'node:util';

export const SUITES = [
  'keystroke-node',
  'keystroke-chromium',
  'cold-start-node',
  'cold-start-chromium',
  'ticket-node',
  'ticket-chromium',
  'change-node',
  'change-chromium',
  'memory-node',
  'memory-chromium',
  'store-edit',
  'store-disk',
  'store-live',
  'search-node',
  'search-chromium',
  'queue-memory',
  'queue-sql',
  'sync-edits',
  'sync-push',
  'sync-pull',
  'sync-first',
  'search-server',
] as const;

export type SuiteName = (typeof SUITES)[number];

export interface Options {
  readonly suites: readonly SuiteName[];
  readonly quick: boolean;
  /** Whether the figures take the place of those that the repository keeps. */
  readonly keep: boolean;
  /** How many notes `search-server` loads, where it is said. */
  readonly notes: number | undefined;
}

/** Throws a sentence that says what is wrong. `--only` takes names of suites or their beginnings, with commas between. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      notes: { type: 'string' },
    },
  });
  const { only } = values;
  const suites = SUITES.filter(
    (name) => only === undefined || only.split(',').some((part) => name.startsWith(part)),
  );
  if (suites.length === 0) {
    throw new Error(`No suite is called ${String(only)}. There are: ${SUITES.join(', ')}.`);
  }
  const { quick } = values;
  const notes = values.notes === undefined ? undefined : Number(values.notes);
  if (notes !== undefined && !(Number.isInteger(notes) && notes > 0)) {
    throw new Error('--notes takes a number of notes, such as 1000000.');
  }
  return { suites, quick, notes, keep: values.keep || (!quick && suites.length === SUITES.length) };
}
