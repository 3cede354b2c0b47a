import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RequestRefused } from '../fhir/answer.ts';
import { refusal } from '../write/mutation.ts';

/** Bodies may be this large, as sent and when unpacked. */
export const MAX_BODY_BYTES = 5 * 1024 * 1024;

const unpack = promisify(gunzip);

/** Accepts JSON (also gzipped) and forms, and nothing else. */
export function addBodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    ['application/fhir+json', 'application/json'],
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => parseJson(await readText(request, body)),
  );
  app.addContentTypeParser<Buffer>(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => readForm(await readText(request, body)),
  );
}

/** A form by its names; a name that stands more than once has all its values. */
function readForm(text: string): Readonly<Record<string, string | readonly string[]>> {
  const form = new URLSearchParams(text);
  return Object.fromEntries(
    [...new Set(form.keys())].map((name) => {
      const [first = '', ...more] = form.getAll(name);
      return [name, more.length === 0 ? first : [first, ...more]];
    }),
  );
}

async function readText(request: FastifyRequest, body: Buffer): Promise<string> {
  const encoding = request.headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') return decode(body);
  if (encoding !== 'gzip') {
    throw new RequestRefused(refusal(415, 'not-supported', 'the only content encoding is gzip'));
  }
  try {
    return decode(await unpack(body, { maxOutputLength: MAX_BODY_BYTES }));
  } catch (error) {
    if (error instanceof RequestRefused) throw error;
    const tooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw new RequestRefused(
      tooLarge
        ? refusal(413, 'too-long', 'the body is over the limit')
        : refusal(400, 'structure', 'the body is not gzip'),
    );
  }
}

function decode(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new RequestRefused(refusal(400, 'structure', 'the body is not UTF-8'));
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, (key, value: unknown) => {
      if (key === '__proto__') throw new SyntaxError('a forbidden name');
      return value;
    });
  } catch {
    throw new RequestRefused(refusal(400, 'structure', 'the body is not JSON'));
  }
}
