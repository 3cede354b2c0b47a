import { existsSync } from 'node:fs';
import { dataFolder } from '../apps/sync-server/src/cli/askOperator.ts';
import { describeTicket } from '../apps/sync-server/src/cli/describeTicket.ts';
import { readNumber, readOptions } from '../apps/sync-server/src/cli/readOptions.ts';
import { DEMO_CLIENTS, DEMO_NOTES } from '../apps/sync-server/src/demo/generateDemo.ts';
import { createLogger } from '../apps/sync-server/src/setup/createLogger.ts';
import { explainFailure } from '../apps/sync-server/src/setup/explainFailure.ts';
import { type RunningServer, startServer } from '../apps/sync-server/src/setup/startServer.ts';
import { buildWebApp, webAppFolder } from './buildWeb.ts';

const { values } = readOptions(
  {
    options: {
      port: { type: 'string' },
      data: { type: 'string' },
      reset: { type: 'boolean' },
      'no-web': { type: 'boolean' },
      'demo-clients': { type: 'string' },
      'demo-notes': { type: 'string' },
      verbose: { type: 'boolean' },
    },
    strict: true,
  },
  'npm start -- [--port N] [--data FOLDER] [--reset] [--no-web] [--demo-clients N] [--demo-notes N] [--verbose]',
);
const port = readNumber('--port', values.port ?? process.env['PORT'], 65_535) ?? 8787;
const clients = readNumber('--demo-clients', values['demo-clients'], DEMO_CLIENTS);
const notes = readNumber('--demo-notes', values['demo-notes'], DEMO_NOTES);
const folder = dataFolder(values.data);
const say = (line: string) => console.log(line);

try {
  const server = await start();
  // Before anybody is told that it runs: a signal that comes with the word must find somebody who closes the database.
  const stopped = stopOnSignal(server);
  announce(server);
  await stopped;
} catch (error) {
  console.error(explainFailure(error, folder) ?? (error instanceof Error ? error.message : error));
  process.exitCode = 1;
}

async function start(): Promise<RunningServer> {
  if (values['no-web'] !== true) await buildWebApp({ onLine: say });
  return await startServer({
    folder,
    port,
    databaseUrl: process.env['DATABASE_URL'],
    baseUrl: process.env['FIELDCHART_BASE_URL'],
    reset: values.reset === true,
    logger: createLogger(values.verbose === true ? 'info' : 'warn'),
    onLine: say,
    ...(existsSync(webAppFolder) ? { webRoot: webAppFolder } : {}),
    ...(clients === undefined ? {} : { demoSize: { clients, notes: notes ?? clients * 20 } }),
  });
}

function announce(server: RunningServer): void {
  if (server.kind === 'pglite') {
    say(
      'The embedded database is for trying out: it does not survive a power cut. ' +
        'For real data set DATABASE_URL to a PostgreSQL database.',
    );
  }
  for (const ticket of server.tickets) say(`\n${describeTicket(ticket)}`);
  say(`\nFieldchart is running at ${server.url}   (Ctrl-C stops it)`);
  if (server.tickets.length === 0) say('A new ticket: npm run ticket -- --clinician "NAME"');
  else say(`The key that rescues devices is in ${folder}/rescue-key.json: keep it away from this machine.`);
}

/** Resolves once a signal came and everything is closed; a second signal does not wait. */
function stopOnSignal(server: RunningServer): Promise<void> {
  return new Promise((resolve, reject) => {
    let stopping = false;
    const stop = () => {
      if (stopping) process.exit(130);
      stopping = true;
      say('\nStopping…');
      server.close().then(resolve, reject);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}
