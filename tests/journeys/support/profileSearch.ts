import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { brotliDecompressSync, constants, inflateRawSync, zstdDecompressSync } from 'node:zlib';
import { uncompressSync } from 'snappy';
import { logRecords, tableBlocks } from './levelDb.ts';

/** A text that was found where it must not be (or, for a control, where it must). */
export interface Finding {
  readonly text: string;
  readonly file: string;
  readonly encoding: 'utf-8' | 'utf-16le' | 'base64';
}

/**
 * Searches every byte of a folder for each of `texts`, in UTF-8, UTF-16 and base64, in the files as they lie
 * and in everything packed inside them that can be unpacked: LevelDB tables and logs, IndexedDB values that
 * Blink compressed, and gzip, zlib, Brotli or Zstandard bodies of cached answers.
 */
export function searchFolder(folder: string, texts: readonly string[]): readonly Finding[] {
  const needles = texts.flatMap((text) => [
    { text, encoding: 'utf-8' as const, bytes: Buffer.from(text, 'utf8') },
    { text, encoding: 'utf-16le' as const, bytes: Buffer.from(text, 'utf16le') },
    ...base64Forms(text).map((form) => ({
      text,
      encoding: 'base64' as const,
      bytes: Buffer.from(form, 'latin1'),
    })),
  ]);
  const findings: Finding[] = [];
  for (const file of filesBelow(folder)) {
    const pieces = unpack(file, readFileSync(file));
    for (const needle of needles) {
      if (pieces.some((piece) => piece.includes(needle.bytes))) {
        findings.push({ text: needle.text, encoding: needle.encoding, file: relative(folder, file) });
      }
    }
  }
  return findings;
}

/** The three ways a text can lie inside a base64 stream, without the characters that its neighbours decide. */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length < 12) return [];
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    return encoded.slice(shift === 0 ? 0 : 4, encoded.length - 4).replaceAll('=', '');
  });
}

function unpack(file: string, bytes: Buffer): readonly Buffer[] {
  const pieces: Buffer[] = [bytes];
  if (file.endsWith('.ldb')) pieces.push(...tableBlocks(bytes));
  if (file.endsWith('.log')) pieces.push(...logRecords(bytes));
  const values = pieces.flatMap(blinkValues);
  return [...pieces, ...values, ...compressedStreams(bytes)];
}

/** IndexedDB values of some size: Blink's envelope `FF 11 02` or `FF 11 03`, then Snappy. */
function blinkValues(piece: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = piece.indexOf('ff11', 0, 'hex'); at >= 0; at = piece.indexOf('ff11', at + 2, 'hex')) {
    for (const start of [at + 3, at + 4]) {
      try {
        found.push(uncompressSync(piece.subarray(start), { asBuffer: true }) as Buffer);
      } catch {
        // Not an envelope but bytes that look like one.
      }
    }
  }
  return found;
}

/** Bodies that a cache kept as they came over the wire: a stream may begin anywhere in the file. */
function compressedStreams(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  const attempts: readonly (readonly [magic: string, open: (packed: Buffer) => Buffer])[] = [
    // The deflated part alone, behind gzip's ten or zlib's two bytes: what a cache appends is then no error.
    ['1f8b08', (packed) => inflateRawSync(packed.subarray(10), { finishFlush: constants.Z_SYNC_FLUSH })],
    ['789c', (packed) => inflateRawSync(packed.subarray(2), { finishFlush: constants.Z_SYNC_FLUSH })],
    ['28b52ffd', (packed) => zstdDecompressSync(packed)],
  ];
  for (const [magic, open] of attempts) {
    for (let at = bytes.indexOf(magic, 0, 'hex'); at >= 0; at = bytes.indexOf(magic, at + 1, 'hex')) {
      try {
        found.push(open(bytes.subarray(at)));
      } catch {
        // Not such a stream after all.
      }
    }
  }
  if (bytes.length < 4_000_000) {
    try {
      found.push(brotliDecompressSync(bytes));
    } catch {
      // Brotli has no magic number; whole files only.
    }
  }
  return found;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
