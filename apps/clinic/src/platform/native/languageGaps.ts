import { InflateStream } from './inflateStream.ts';
import { PluralRules } from './pluralRules.ts';

// What Hermes or React Native lack of what the app and its libraries call. TextDecoder, URL and structuredClone are
// Expo's; atob, btoa and TextEncoder are Hermes'. Each is added only where it is missing: an engine's own is faster.

/** Fills the gaps of the phone's JavaScript engine; before anything that needs them runs. */
export function fillLanguageGaps(): void {
  addMissing(Array.prototype, 'toSorted', sortedCopy);
  addMissing(String.prototype, 'isWellFormed', hasNoLoneSurrogate);
  addMissing(Intl, 'PluralRules', PluralRules);
  addMissing(globalThis, 'DecompressionStream', InflateStream);
}

/** Not enumerable, as the language's own are. */
export function addMissing(holder: object, name: string, value: unknown): void {
  if (name in holder) return;
  Object.defineProperty(holder, name, { value, configurable: true, writable: true });
}

/** `Array.prototype.toSorted`. */
export function sortedCopy<Item>(this: readonly Item[], compare?: (a: Item, b: Item) => number): Item[] {
  // oxlint-disable-next-line unicorn/no-array-sort -- this is where toSorted is made, on a copy
  return Array.from(this).sort(compare);
}

/** `String.prototype.isWellFormed`, which canonical JSON asks of every text before it is signed. */
export function hasNoLoneSurrogate(this: string): boolean {
  return !/[\uD800-\uDFFF]/u.test(String(this));
}
