import { type AddressInfo, type Socket } from 'node:net';
import { exportJWK } from 'jose';
import { loadResources } from '../../../apps/sync-server/src/setup/loadResources.ts';
import { openPGlite, openPostgres } from '../../../apps/sync-server/src/storage/openStorage.ts';
import { BASE_URL, openTestServer } from '../../../apps/sync-server/src/testing/testServer.ts';
import { generateCharts } from './charts.ts';
import type { Counters, ServerAnswer, ServerQuestion } from './serverProtocol.ts';

/**
 * The real server in a process of its own, listening on a real port, on the PostgreSQL whose address it is given, or
 * on PGlite in memory. It counts what goes through its sockets, headers and all.
 */

const [databaseUrl = ''] = process.argv.slice(2);
const storage = databaseUrl === '' ? await openPGlite() : await openPostgres(databaseUrl);
const server = await openTestServer(storage);

let requests = 0;
let bundles = 0;
let closed = { received: 0, sent: 0 };
const sockets = new Set<Socket>();
server.app.server.on('connection', (socket) => {
  sockets.add(socket);
  socket.once('close', () => {
    sockets.delete(socket);
    closed = { received: closed.received + socket.bytesRead, sent: closed.sent + socket.bytesWritten };
  });
});
server.app.server.on('request', (request) => {
  requests += 1;
  if (request.method === 'POST' && request.url === '/fhir') bundles += 1;
});
await server.app.listen({ port: 0, host: '127.0.0.1' });

process.on('message', (question: ServerQuestion) => {
  answer(question.ask)
    .catch((error: unknown): ServerAnswer => ({ kind: 'failed', text: String(error) }))
    .then((said) => process.send?.({ id: question.id, answer: said }))
    .catch(() => process.exit(1));
});
process.on('disconnect', () => process.exit(0));
process.send?.({
  id: 0,
  answer: { kind: 'listening', port: (server.app.server.address() as AddressInfo).port },
});

async function answer(ask: ServerQuestion['ask']): Promise<ServerAnswer> {
  switch (ask.kind) {
    case 'counters':
      return { kind: 'counters', counters: count() };
    case 'device': {
      const { id, privateKey, practitionerId, token } = await server.addDevice('ana');
      return {
        kind: 'device',
        device: {
          id,
          practitionerId,
          token,
          privateKey: await exportJWK(privateKey),
          audience: BASE_URL,
          now: server.clock.now(),
        },
      };
    }
    case 'load': {
      let loaded = 0;
      for (const { base, visits } of generateCharts(ask.plan)) {
        const wanted = [...(ask.parts.base ? base : []), ...(ask.parts.visits ? visits : [])];
        const [refused] = await loadResources(
          { db: storage.db, clock: server.clock, random: server.random },
          wanted,
        );
        if (refused !== undefined) throw new Error(`${refused.key}: ${refused.refusal.text}`);
        loaded += wanted.length;
      }
      return { kind: 'loaded', records: loaded };
    }
  }
}

function count(): Counters {
  let { received, sent } = closed;
  for (const socket of sockets) {
    received += socket.bytesRead;
    sent += socket.bytesWritten;
  }
  return { requests, bundles, received, sent };
}
