import { createHmac, timingSafeEqual } from 'node:crypto';
import { base64UrlDecode, base64UrlEncode, utf8Decode, utf8Encode } from '@fieldchart/foundation';
import { z } from 'zod';

/**
 * The newest row of the history that existed when a cursor was given: a database that has another one there now is not
 * the one that gave it. Without this, a server that was restored unannounced and has counted on since would take the
 * cursor, and its device would silently miss what was written under the numbers it believes to have read.
 */
export interface Anchor {
  /** The organisation's counter. */
  readonly counter: number;
  /** Sequence and time of the newest history row up to it; zeros where there was none. */
  readonly row: number;
  readonly time: number;
}

/** How far somebody has read. */
export interface Cursor {
  readonly epoch: string;
  readonly sequence: number;
  readonly anchor: Anchor;
  /** While the opening list is being read: the key after which it goes on. */
  readonly after?: string;
}

const number = z.int().min(0);
const parts = z.tuple([z.string(), number, number, number, number]).rest(z.string());
const MARK_BYTES = 16;

/** The opaque text of a cursor, marked so that the server knows it for its own. */
export function encodeCursor(cursor: Cursor, key: string): string {
  const { epoch, sequence, anchor, after } = cursor;
  const content = [epoch, sequence, anchor.counter, anchor.row, anchor.time];
  const text = base64UrlEncode(
    utf8Encode(JSON.stringify(after === undefined ? content : [...content, after])),
  );
  return `${text}.${base64UrlEncode(mark(text, key))}`;
}

/** Inverse of {@link encodeCursor}; undefined for a text that this server did not make. */
export function decodeCursor(text: string, key: string): Cursor | undefined {
  const [content = '', given = '', ...rest] = text.split('.');
  try {
    const expected = mark(content, key);
    const bytes = base64UrlDecode(given);
    if (rest.length > 0 || bytes.length !== expected.length || !timingSafeEqual(bytes, expected)) {
      return undefined;
    }
    const [epoch, sequence, counter, row, time, after] = parts.parse(
      JSON.parse(utf8Decode(base64UrlDecode(content))),
    );
    const anchor = { counter, row, time };
    return { epoch, sequence, anchor, ...(after === undefined ? {} : { after }) };
  } catch {
    return undefined;
  }
}

function mark(text: string, key: string): Uint8Array {
  return createHmac('sha256', key).update(text).digest().subarray(0, MARK_BYTES);
}
