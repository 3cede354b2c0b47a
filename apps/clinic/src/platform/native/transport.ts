import type { HttpTransport } from '@fieldchart/clinic-client';

/** `fetch` of React Native as the sync engine's transport. It unpacks compressed answers by itself. */
export function createNativeTransport(baseUrl: string): HttpTransport {
  return {
    async request({ method, path, headers, body, timeoutMs, cancelled }) {
      const giveUp = new AbortController();
      const timer = setTimeout(() => giveUp.abort(), timeoutMs);
      cancelled?.then(
        () => giveUp.abort(),
        () => giveUp.abort(),
      );
      try {
        const response = await fetch(`${baseUrl}${path}`, {
          method,
          headers: { ...headers, 'cache-control': 'no-store' },
          ...(body === undefined ? {} : { body }),
          credentials: 'omit',
          signal: giveUp.signal,
        });
        const named: Record<string, string> = {};
        response.headers.forEach((value, name) => {
          named[name.toLowerCase()] = value;
        });
        return { status: response.status, headers: named, body: await response.text() };
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
