import { OPERATOR } from './loadResources.ts';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer as createProbe } from 'node:net';
import { join } from 'node:path';
import { CodedError, type Logger, base64UrlEncode, systemClock } from '@fieldchart/foundation';
import { createServer } from '../http/createServer.ts';
import { loadOrganization } from '../identity/organization.ts';
import { type HandedTicket, handOutTicket } from '../identity/ticketDesk.ts';
import { startAnalysis } from '../search/startAnalysis.ts';
import { type DemoSize, createDemo } from './createDemo.ts';
import { type DataOptions, type OpenedData, openData } from './openData.ts';
import { systemRandom } from './systemRandom.ts';
import { systemTimers } from './systemTimers.ts';

export interface StartOptions extends DataOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Address under which devices reach the server; `http://localhost:PORT` otherwise. */
  readonly baseUrl?: string | undefined;
  readonly webRoot?: string;
  readonly demoSize?: DemoSize;
  readonly logger: Logger;
  readonly onLine: (line: string) => void;
}

export interface RunningServer {
  readonly url: string;
  /** Tickets of the demonstration's clinicians; on the first start only. */
  readonly tickets: readonly HandedTicket[];
  readonly kind: 'pglite' | 'postgres';
  close(): Promise<void>;
}

const DEMO_SEED = 20_261_122;

/** Opens the data, creates the demonstration on the first start, and listens. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const port = await claimPort(options.port);
  const data = await openData(options);
  try {
    return await serve(options, data, port);
  } catch (error) {
    await data.close();
    throw error;
  }
}

async function serve(options: StartOptions, data: OpenedData, port: number): Promise<RunningServer> {
  const { db, kind } = data.storage;
  const baseUrl = options.baseUrl ?? `http://localhost:${port}`;
  const deps = { db, clock: systemClock, random: systemRandom };
  const setup = await db.selectFrom('organization').select('setup').executeTakeFirst();
  const isFirst = setup?.setup !== 'ready';
  if (isFirst) {
    options.onLine(
      setup === undefined
        ? 'First start: creating the demonstration organisation…'
        : 'The first start was interrupted: creating the demonstration organisation anew…',
    );
    await createDemo(deps, {
      baseUrl,
      seed: DEMO_SEED,
      ...(options.demoSize === undefined ? {} : { size: options.demoSize }),
      keepRescueKey: async (key) => writeSecret(data.folder, 'rescue-key.json', JSON.stringify(key)),
      onProgress: (done, of) => options.onLine(`  ${done} of ${of} clients`),
    });
  }
  await db.updateTable('organization').set({ base_url: baseUrl }).execute();
  const organization = await loadOrganization(db);
  if (organization === undefined)
    throw new CodedError('NO_ORGANIZATION', 'the database holds no organisation');
  const ticketFolder = join(data.folder, 'tickets');
  const token = base64UrlEncode(systemRandom.bytes(32));
  writeSecret(data.folder, 'admin-token', token);
  const app = await createServer({
    ...deps,
    organization,
    timers: systemTimers,
    logger: options.logger,
    admin: { token, ticketFolder },
    ...(options.webRoot === undefined ? {} : { webRoot: options.webRoot }),
  });
  await app.listen({ port, host: 'localhost' });
  data.lock.announce(port);
  const tickets: HandedTicket[] = [];
  if (isFirst) {
    const desk = { ...deps, organization, folder: ticketFolder };
    const people = await db
      .selectFrom('practitioner')
      .selectAll()
      .where('role', '=', 'clinician')
      .orderBy('name')
      .execute();
    for (const person of people) tickets.push(await handOutTicket(desk, person, { actor: OPERATOR }));
  }
  const stopAnalysis = startAnalysis({ db, timers: systemTimers, logger: options.logger });
  return {
    url: baseUrl,
    tickets,
    kind,
    close: async () => {
      await app.close();
      await stopAnalysis();
      await data.close();
    },
  };
}

function writeSecret(folder: string, name: string, content: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  // An older file keeps its mode when it is written again.
  chmodSync(path, 0o600);
}

/** Finds out that a port is busy before anything else is done. */
function claimPort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createProbe();
    probe.once('error', (cause) =>
      reject(new CodedError('PORT_UNAVAILABLE', `port ${port} cannot be used`, { cause })),
    );
    probe.listen(port, 'localhost', () => {
      const address = probe.address();
      const claimed = typeof address === 'object' && address !== null ? address.port : port;
      probe.close(() => resolve(claimed));
    });
  });
}
