import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CodedError, type Result, fail, ok, systemClock } from '@fieldchart/foundation';
import { type Organization, loadOrganization } from '../identity/organization.ts';
import type { UnknownName } from '../identity/ticketDesk.ts';
import { explainFailure } from '../setup/explainFailure.ts';
import { openData } from '../setup/openData.ts';
import { systemRandom } from '../setup/systemRandom.ts';
import { readHolder } from '../storage/dataFolder.ts';
import type { WriteDeps } from '../write/writeUnits.ts';

export type OpenedOrganization = WriteDeps & { readonly organization: Organization; readonly folder: string };

/** Asks the server that runs on the folder, or opens the data itself when none does. */
export interface Operator {
  run<Answer>(
    path: string,
    body: unknown,
    alone: (data: OpenedOrganization) => Promise<Result<Answer, UnknownName>>,
  ): Promise<Result<Answer, UnknownName>>;
  close(): Promise<void>;
}

/** The folder named by `--data`, `FIELDCHART_DATA`, or `./data`. */
export function dataFolder(option: string | undefined): string {
  return resolve(option ?? process.env['FIELDCHART_DATA'] ?? 'data');
}

export async function createOperator(folder: string): Promise<Operator> {
  const port = readHolder(folder)?.port;
  if (port !== undefined) return createRemoteOperator(folder, port);
  const databaseUrl = process.env['DATABASE_URL'];
  const data = await openData({ folder, databaseUrl, mustExist: true });
  const { db } = data.storage;
  const organization = await loadOrganization(db);
  if (organization === undefined) {
    await data.close();
    throw new CodedError('NO_ORGANIZATION', 'the database holds no organisation');
  }
  return {
    run: (_path, _body, alone) =>
      alone({ db, clock: systemClock, random: systemRandom, organization, folder: join(folder, 'tickets') }),
    close: () => data.close(),
  };
}

function createRemoteOperator(folder: string, port: number): Operator {
  const token = readFileSync(join(folder, 'admin-token'), 'utf8');
  return {
    async run<Answer>(path: string, body: unknown) {
      const answer = await fetch(`http://localhost:${port}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      });
      if (answer.status === 404) return fail((await answer.json()) as UnknownName);
      if (!answer.ok) throw new CodedError('SERVER_REFUSED', `the running server answered ${answer.status}`);
      return ok((await answer.json()) as Answer);
    },
    close: () => Promise.resolve(),
  };
}

/** Who there is, when a name fits nobody or several. */
export function explainName(wanted: string, error: UnknownName): string {
  const list = error.names.map((name) => `  ${name}`).join('\n');
  return error.kind === 'ambiguous-name'
    ? `"${wanted}" fits more than one:\n${list}`
    : `There is nobody called "${wanted}". There are:\n${list}`;
}

/** Runs a command and turns its failure into a sentence. */
export async function runCli(folder: string, work: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    const sentence = explainFailure(error, folder);
    console.error(sentence ?? error);
    process.exitCode = 1;
  }
}
