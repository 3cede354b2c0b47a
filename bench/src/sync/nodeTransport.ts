import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { HttpTransport } from '@fieldchart/fhir-sync';

/** Bodies shorter than this do not gain from compression. */
const GZIP_FROM = 1024;
const pack = promisify(gzip);

/** `fetch` as the sync engine's transport, as the app on the web has it: request bodies gzipped, answers unpacked. */
export function createNodeTransport(baseUrl: string): HttpTransport {
  return {
    async request({ method, path, headers, body, timeoutMs }) {
      const packed = body !== undefined && body.length >= GZIP_FROM ? await pack(body) : undefined;
      const response = await fetch(new URL(path, baseUrl), {
        method,
        headers: packed === undefined ? headers : { ...headers, 'content-encoding': 'gzip' },
        ...(body === undefined ? {} : { body: packed === undefined ? body : new Uint8Array(packed) }),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers.entries()),
        body: await response.text(),
      };
    },
  };
}
