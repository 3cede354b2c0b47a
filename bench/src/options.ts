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
] as const;

export type SuiteName = (typeof SUITES)[number];

export interface Options {
  readonly suites: readonly SuiteName[];
  readonly quick: boolean;
  /** Whether the figures take the place of those that the repository keeps. */
  readonly keep: boolean;
}

/** Throws a sentence that says what is wrong. `--only` takes names of suites or their beginnings, with commas between. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
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
  return { suites, quick, keep: values.keep || (!quick && suites.length === SUITES.length) };
}
