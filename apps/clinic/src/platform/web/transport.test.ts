import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createNativeTransport } from '../native/transport.ts';
import { createFetchTransport } from './transport.ts';

const ask = { method: 'POST', path: '/fhir/Patient/_search', headers: {}, body: '_content=a' } as const;
let server: ReturnType<typeof createServer>;
let arrived: Promise<IncomingMessage[]>;
let base: string;

beforeEach(async () => {
  // It takes the question, and never answers.
  server = createServer(() => {});
  arrived = once(server, 'request') as Promise<IncomingMessage[]>;
  server.listen(0, 'localhost');
  await once(server, 'listening');
  base = `http://localhost:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test.each([
  ['browser', createFetchTransport],
  ['phone', createNativeTransport],
])('on a %s a request that nobody waits for any more ends, at the server too', async (_, create) => {
  let cancel = () => {};
  const cancelled = new Promise<void>((resolve) => (cancel = resolve));
  const asked = create(base).request({ ...ask, timeoutMs: 60_000, cancelled });
  const [request] = await arrived;
  const closed = once(request?.socket ?? server, 'close');
  cancel();
  await expect(asked).rejects.toThrow();
  await closed;
});

test.each([
  ['browser', createFetchTransport],
  ['phone', createNativeTransport],
])('on a %s a request without an answer ends after its time', async (_, create) => {
  await expect(create(base).request({ ...ask, timeoutMs: 50 })).rejects.toThrow();
});
