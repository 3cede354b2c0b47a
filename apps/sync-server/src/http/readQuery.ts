import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { RequestRefused } from '../fhir/answer.ts';
import { refusal } from '../write/mutation.ts';

/** The parameters of a request's query, and of the form that a POST brings: all values of each, and the last of each. */
export function readQuery(request: FastifyRequest): {
  all: Map<string, string[]>;
  single: Map<string, string>;
} {
  const all = new Map<string, string[]>();
  const single = new Map<string, string>();
  const at = request.url.indexOf('?');
  const inAddress = new URLSearchParams(at === -1 ? '' : request.url.slice(at + 1));
  for (const [name, value] of [...inAddress, ...formOf(request.body)]) {
    if (value.includes('\0')) throw new RequestRefused(refusal(400, 'value', 'a character is not allowed'));
    all.set(name, [...(all.get(name) ?? []), value]);
    single.set(name, value);
  }
  return { all, single };
}

/** As long as an address may be: what is asked is kept in the audit, once for each client in the answer. */
const LONGEST_FORM = 16_384;

const FORM = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

function formOf(body: unknown): (readonly [name: string, value: string])[] {
  if (body === undefined || body === null) return [];
  const form = FORM.safeParse(body);
  if (!form.success) throw new RequestRefused(refusal(400, 'structure', 'the body is not a form'));
  const pairs = Object.entries(form.data).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  );
  if (pairs.reduce((length, [name, value]) => length + name.length + value.length, 0) > LONGEST_FORM) {
    throw new RequestRefused(refusal(413, 'too-long', 'the question is over the limit'));
  }
  return pairs;
}

/** A count among them; a greater one than `most` is brought down to it. */
export function readCount(text: string | undefined, otherwise: number, most: number): number {
  if (text === undefined) return otherwise;
  if (!/^[0-9]{1,7}$/u.test(text)) throw new RequestRefused(refusal(400, 'value', 'that is not a count'));
  return Math.min(Number(text), most);
}

/** How many entries a page may have: at least one, or nobody would get on. */
export function readPageSize(text: string | undefined, otherwise: number): number {
  return Math.max(1, readCount(text, otherwise, 1000));
}

/** A number of seconds; a greater one than `most` is brought down to it. */
export function readSeconds(text: string | undefined, most: number): number {
  return readCount(text, 0, most);
}

export interface AskedPage {
  /** What is searched for, without what says which page. */
  readonly all: ReadonlyMap<string, readonly string[]>;
  readonly count: number;
  readonly offset: number;
  /** Address of the page that begins at an offset. */
  readonly pageFrom: (offset: number) => string;
}

/** A search of a type as it was asked, page by page. */
export function readPage(request: FastifyRequest, type: string): AskedPage {
  const { all, single } = readQuery(request);
  const count = readCount(single.get('_count'), 50, 500);
  const offset = readCount(single.get('_offset'), 0, 1_000_000);
  for (const name of ['_count', '_offset']) all.delete(name);
  const asked = [...all].flatMap(([name, values]) => values.map((value): [string, string] => [name, value]));
  const pageFrom = (from: number) => {
    const link = new URLSearchParams([...asked, ['_count', String(count)], ['_offset', String(from)]]);
    return `${type}?${link.toString()}`;
  };
  return { all, count, offset, pageFrom };
}
