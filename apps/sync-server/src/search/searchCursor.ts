import { base64UrlDecode, base64UrlEncode, utf8Decode, utf8Encode } from '@fieldchart/foundation';
import { z } from 'zod';
import { RequestRefused } from '../fhir/answer.ts';
import { refusal } from '../write/mutation.ts';

/**
 * The last answer of a page, by what the answers are ordered by: the next page begins after it, wherever others have
 * written meanwhile. It holds no more than the page had shown.
 */
export interface SearchCursor {
  /** The order it was asked in. */
  readonly order: string;
  /** Whether the page ended among the similar ones. */
  readonly similar: boolean;
  readonly key: string | number | null;
  readonly id: string;
  /** What the first page counted: `Bundle.total` does not jump from page to page. */
  readonly total: number | null;
}

const PARTS = z.tuple([
  z.string(),
  z.boolean(),
  z.union([z.string(), z.int(), z.null()]),
  z.string(),
  z.union([z.int().min(0), z.null()]),
]);

export function encodeSearchCursor({ order, similar, key, id, total }: SearchCursor): string {
  return base64UrlEncode(utf8Encode(JSON.stringify([order, similar, key, id, total])));
}

/** Inverse of {@link encodeSearchCursor}; refused is a text that it did not make, or for another order. */
export function decodeSearchCursor(text: string, expected: string): SearchCursor {
  const [order, similar, key, id, total] = parse(text);
  if (order === expected) return { order, similar, key, id, total };
  throw new RequestRefused(refusal(400, 'value', 'that link is of another order'));
}

function parse(text: string): z.infer<typeof PARTS> {
  try {
    return PARTS.parse(JSON.parse(utf8Decode(base64UrlDecode(text))));
  } catch {
    throw new RequestRefused(refusal(400, 'value', 'that link is not of this server: search anew'));
  }
}
