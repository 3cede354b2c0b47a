/** The slice name under which a value without slices is kept. */
export const WHOLE = '';

/**
 * The slices of a value as redux-persist 6 hands it over: one JSON object whose every value is a text. Anything else
 * is kept whole. What {@link joinSlices} makes of the result is the value itself, character for character.
 */
export function splitSlices(value: string): ReadonlyMap<string, string> {
  const parsed = value.startsWith('{') ? parseObject(value) : undefined;
  const entries = parsed === undefined ? [] : Object.entries(parsed);
  const isSliced =
    entries.length > 0 && entries.every(([name, slice]) => name !== WHOLE && typeof slice === 'string');
  if (!isSliced || JSON.stringify(parsed) !== value) return new Map([[WHOLE, value]]);
  return new Map(entries as [string, string][]);
}

/** Inverse of {@link splitSlices}. */
export function joinSlices(slices: ReadonlyMap<string, string>): string {
  return slices.get(WHOLE) ?? JSON.stringify(Object.fromEntries(slices));
}

function parseObject(text: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
