import { type ParseArgsConfig, parseArgs } from 'node:util';

/** A command's options. Nonsense among them ends the process with a sentence and exit code 2. */
export function readOptions<Config extends ParseArgsConfig>(
  config: Config,
  usage: string,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    // Node adds advice about positional arguments behind the first sentence.
    const [sentence] = (error instanceof Error ? error.message : String(error)).split(/\.\s|\n/u);
    return refuse(`${sentence?.replace(/\.$/u, '') ?? ''}. Usage: ${usage}`);
  }
}

/** A whole number among the options, or undefined where the option was not given. */
export function readNumber(name: string, text: string | undefined, greatest: number): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d{1,9}$/u.test(text) ? Number(text) : Number.NaN;
  return number <= greatest
    ? number
    : refuse(`${name} takes a whole number from 0 to ${greatest}, and "${text}" is none.`);
}

/** Ends the process over nonsense in its options. */
export function refuse(sentence: string): never {
  console.error(sentence);
  process.exit(2);
}
