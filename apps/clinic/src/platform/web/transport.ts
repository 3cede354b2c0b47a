import type { HttpTransport } from '@fieldchart/clinic-client';

/** Bodies shorter than this do not gain from compression. */
const gzipFrom = 1024;

/** `fetch` as the sync engine's transport: request bodies gzipped, nothing cached, no cookies. */
export function createFetchTransport(baseUrl: string): HttpTransport {
  return {
    async request({ method, path, headers, body, timeoutMs, cancelled }) {
      const packed = body !== undefined && body.length >= gzipFrom;
      const giveUp = new AbortController();
      const timer = setTimeout(() => giveUp.abort(), timeoutMs);
      cancelled?.then(
        () => giveUp.abort(),
        () => giveUp.abort(),
      );
      try {
        const response = await fetch(new URL(path, baseUrl), {
          method,
          headers: packed ? { ...headers, 'content-encoding': 'gzip' } : headers,
          ...(body === undefined ? {} : { body: packed ? await gzip(body) : body }),
          cache: 'no-store',
          credentials: 'omit',
          redirect: 'error',
          signal: giveUp.signal,
        });
        return {
          status: response.status,
          headers: Object.fromEntries(response.headers.entries()),
          body: await response.text(),
        };
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

async function gzip(text: string): Promise<Blob> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  return await new Response(stream).blob();
}
