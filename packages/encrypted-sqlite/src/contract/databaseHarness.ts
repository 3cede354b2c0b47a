import type { Database, OpenDatabase } from '../database.ts';

/** What an adapter brings so that the contract can be run over it. */
export interface DatabaseHarness {
  readonly open: OpenDatabase;
  /** Every file that the storage keeps for the database of that name, journals included. */
  files(name: string): Promise<readonly Uint8Array[]>;
  /** An UNENCRYPTED database of that name in the same place: the positive control, and what must be refused. */
  openPlain(name: string): Promise<Database>;
}

/** One rule of the port. It fails by throwing, so that it runs in any test runner and in a bare page. */
export interface ContractCase {
  readonly title: string;
  readonly run: (harness: DatabaseHarness) => Promise<void>;
}

export const KEY: Uint8Array = Uint8Array.from({ length: 32 }, (_, at) => at * 7 + 1);
export const OTHER_KEY: Uint8Array = KEY.map((byte) => byte ^ 0xff);

/** Opens, works, closes. */
export async function withDatabase<Value>(
  harness: DatabaseHarness,
  name: string,
  work: (database: Database) => Promise<Value>,
): Promise<Value> {
  const database = await harness.open({ name, key: KEY });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

export function same(actual: unknown, expected: unknown, what: string): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${what}: got ${left}, expected ${right}`);
}

/** Every byte of every file of a database as one text, to be compared; the order of the files does not matter. */
export async function everyByte(harness: DatabaseHarness, name: string): Promise<string> {
  const files = (await harness.files(name)).map((bytes) => {
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return text;
  });
  return files.toSorted().join('\u{1F4C4}');
}

/** The code with which a promise rejects; `undefined` when it resolves. */
export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : `no code: ${String(error)}`;
  }
}

/** Whether a text stands in the bytes, in UTF-8 or in UTF-16 of either order. */
export function holdsText(bytes: Uint8Array, text: string): boolean {
  const utf8 = new TextEncoder().encode(text);
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  const little = Uint8Array.from(units.flatMap((unit) => [unit & 0xff, unit >> 8]));
  const big = Uint8Array.from(units.flatMap((unit) => [unit >> 8, unit & 0xff]));
  return [utf8, little, big].some((needle) => holdsBytes(bytes, needle));
}

function holdsBytes(bytes: Uint8Array, needle: Uint8Array): boolean {
  const first = needle[0] ?? 0;
  for (let at = bytes.indexOf(first); at !== -1; at = bytes.indexOf(first, at + 1)) {
    if (needle.every((byte, offset) => bytes[at + offset] === byte)) return true;
  }
  return false;
}
