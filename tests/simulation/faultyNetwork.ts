import type { HttpTransport } from '@fieldchart/fhir-sync';

export interface FaultyNetwork {
  readonly wrap: (transport: HttpTransport) => HttpTransport;
  /** From now on nothing goes wrong. */
  calm(): void;
  /** How often each fault was met. */
  readonly faults: Readonly<Record<string, number>>;
}

const kinds = [
  'request-lost',
  'answer-lost',
  'duplicated',
  'truncated',
  'portal',
  'server-fault',
  'busy',
  'timeout',
] as const;

/** A network that fails about every third request, each time in one of the ways that networks have. */
export function createFaultyNetwork(random: { fraction(): number }): FaultyNetwork {
  const faults: Record<string, number> = {};
  let calm = false;
  return {
    faults,
    calm() {
      calm = true;
    },
    wrap: (transport) => ({
      async request(request) {
        if (calm || random.fraction() > 0.35) return transport.request(request);
        const kind = kinds[Math.floor(random.fraction() * kinds.length)] ?? 'request-lost';
        faults[kind] = (faults[kind] ?? 0) + 1;
        switch (kind) {
          case 'request-lost':
            throw new TypeError('request lost');
          case 'answer-lost':
            await transport.request(request);
            throw new TypeError('answer lost');
          case 'duplicated':
            await transport.request(request);
            return transport.request(request);
          case 'truncated': {
            const answer = await transport.request(request);
            return {
              ...answer,
              body: answer.body.slice(0, Math.floor(answer.body.length * random.fraction())),
            };
          }
          case 'portal':
            return {
              status: 200,
              headers: { 'content-type': 'text/html' },
              body: '<html>Sign in to WiFi</html>',
            };
          case 'server-fault':
            return { status: 500 + Math.floor(random.fraction() * 5), headers: {}, body: '' };
          case 'busy':
            return { status: 429, headers: { 'retry-after': '1' }, body: '' };
          case 'timeout':
            await transport.request(request);
            return { status: 408, headers: {}, body: '' };
        }
      },
    }),
  };
}
