import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { createSeededRandom } from '@fieldchart/foundation';
import { openCaseload } from '@fieldchart/key-vault';
import { sealCaseload } from '../../../../../packages/key-vault/src/testing/issueTicket.ts';
import { InflateStream } from './inflateStream.ts';
import { addMissing, hasNoLoneSurrogate, sortedCopy } from './languageGaps.ts';
import { PluralRules } from './pluralRules.ts';

// Node has all of these itself: each is held against Node's own.

const newInflate = () =>
  new (InflateStream as unknown as new (format: string) => TransformStream<Uint8Array, Uint8Array>)(
    'deflate-raw',
  );
const newRules = (locale: string, options?: object) =>
  new (PluralRules as unknown as typeof Intl.PluralRules)(locale, options);

afterEach(() => vi.unstubAllGlobals());

/** Through the stream as jose does it: written whole, read until done or until more than `limit` came. */
async function inflate(compressed: Uint8Array, limit = Number.POSITIVE_INFINITY): Promise<Buffer> {
  const stream = newInflate();
  const writer = stream.writable.getWriter();
  writer.write(compressed).catch(() => {});
  writer.close().catch(() => {});
  const reader = stream.readable.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return Buffer.concat(chunks);
    chunks.push(value);
    length += value.byteLength;
    if (length > limit) {
      await reader.cancel();
      throw new RangeError(`more than ${limit}, stopped at ${length}`);
    }
  }
}

test('a compressed caseload opens with the phone’s own inflating', async () => {
  const caseload = {
    cursor: 'c',
    bundle: {
      resourceType: 'Bundle',
      entry: Array.from({ length: 3000 }, (_, n) => ({
        note: createHash('sha256').update(`${n}`).digest('hex'),
      })),
    },
  };
  const { jwe, key } = await sealCaseload(caseload, createSeededRandom(1));
  vi.stubGlobal('DecompressionStream', InflateStream);
  expect(await openCaseload({ file: { caseload: jwe }, key })).toEqual({ ok: true, value: caseload });
});

test('any bytes inflate to what was deflated', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (bytes) => {
      expect(await inflate(deflateRawSync(bytes))).toEqual(Buffer.from(bytes));
    }),
    { numRuns: 50 },
  );
});

test('a reader that cancels at its limit stops the inflating of a zip bomb', async () => {
  const bomb = deflateRawSync(Buffer.alloc(200 * 1024 * 1024));
  await expect(inflate(bomb, 1024 * 1024)).rejects.toThrow(/stopped at (?:\d{7}|1\d{7})$/u);
});

test('compressed data cut short, or none, is an error and not a shorter text', async () => {
  const compressed = deflateRawSync(createHash('sha512').update('x').digest());
  await expect(inflate(compressed.subarray(0, -6))).rejects.toThrow();
  expect(() => (InflateStream as unknown as (format: string) => unknown)('gzip')).toThrow(TypeError);
});

test.each(['en', 'es', 'es-MX'])('plural forms of %s are the standard’s', (locale) => {
  const rules = newRules(locale);
  const standard = new Intl.PluralRules(locale);
  for (const count of [0, 1, -1, 2, 5, 11, 21, 0.5, 1.5, 100, 1_000_000, 2_000_000, 1_000_001]) {
    expect(rules.select(count), `${count}`).toBe(standard.select(count));
  }
  expect(rules.resolvedOptions().pluralCategories.toSorted()).toEqual(
    standard.resolvedOptions().pluralCategories.toSorted(),
  );
});

test('plural rules that the app has no use for are refused rather than wrong', () => {
  expect(() => newRules('ar')).toThrow(RangeError);
  expect(() => newRules('en', { type: 'ordinal' })).toThrow(RangeError);
});

test('a sorted copy leaves its source alone and sorts as the standard does', () => {
  const byFirst = (a: readonly number[], b: readonly number[]) => (a[0] ?? 0) - (b[0] ?? 0);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(5), fc.nat())), (items) => {
      const before = [...items];
      expect(sortedCopy.call(items, byFirst)).toEqual(items.toSorted(byFirst));
      expect(items).toEqual(before);
    }),
  );
  expect(sortedCopy.call(['b', undefined, 10, 9])).toEqual([10, 9, 'b', undefined]);
});

test('well-formed text is told from text with a lone surrogate as the standard tells it', () => {
  const texts = [
    '',
    'ñ',
    '\u{1F600}',
    '\uD83D',
    '\uDE00',
    'a\uDE00\uD83Db',
    '\uD83D\uD83D\uDE00',
    '\uD83D\uDE00',
  ];
  for (const text of texts) {
    const standard = (text as string & { isWellFormed(): boolean }).isWellFormed();
    expect(hasNoLoneSurrogate.call(text), JSON.stringify(text)).toBe(standard);
  }
});

test('what the engine has itself is left alone, and what is added is not listed', () => {
  const holder = { own: 1 };
  addMissing(holder, 'own', 2);
  addMissing(holder, 'added', 3);
  expect(holder).toMatchObject({ own: 1, added: 3 });
  expect(Object.keys(holder)).toEqual(['own']);
});
