import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  CodedError,
  type Result,
  fail,
  ok,
  randomUuid,
  silentLogger,
  systemClock,
} from '@fieldchart/foundation';
import { createServer } from '../http/createServer.ts';
import { loadOrganization } from '../identity/organization.ts';
import { explainFailure } from '../setup/explainFailure.ts';
import { openData } from '../setup/openData.ts';
import { systemRandom } from '../setup/systemRandom.ts';
import { systemTimers } from '../setup/systemTimers.ts';
import { readHolder } from '../storage/dataFolder.ts';

/** Why something was not done; names where a name fitted nobody or several. */
export interface OperatorProblem {
  readonly kind: string;
  readonly names?: readonly string[];
}

/** Asks the server's administrative routes: those of the server that runs on the folder, or of one made for this. */
export interface Operator {
  get<Answer>(path: string): Promise<Result<Answer, OperatorProblem>>;
  post<Answer>(path: string, body: unknown): Promise<Result<Answer, OperatorProblem>>;
  close(): Promise<void>;
}

type Asked = { readonly status: number; readonly text: string };

/** The folder named by `--data`, `FIELDCHART_DATA`, or `./data`. */
export function dataFolder(option: string | undefined): string {
  return resolve(option ?? process.env['FIELDCHART_DATA'] ?? 'data');
}

async function createOperator(folder: string): Promise<Operator> {
  const port = readHolder(folder)?.port;
  return port === undefined ? openAlone(folder) : askRunning(folder, port);
}

function askRunning(folder: string, port: number): Operator {
  const token = readFileSync(join(folder, 'admin-token'), 'utf8');
  const headers = { authorization: `Bearer ${token}` };
  return toOperator(
    async (path, body) => {
      const answer = await fetch(
        `http://localhost:${port}${path}`,
        body === undefined
          ? { headers }
          : {
              method: 'POST',
              headers: { ...headers, 'content-type': 'application/json' },
              body: JSON.stringify(body),
            },
      );
      return { status: answer.status, text: await answer.text() };
    },
    () => Promise.resolve(),
  );
}

/** The same routes over the data itself, without a port. */
async function openAlone(folder: string): Promise<Operator> {
  const databaseUrl = process.env['DATABASE_URL'];
  const data = await openData({ folder, databaseUrl, mustExist: true });
  const organization = await loadOrganization(data.storage.db);
  if (organization === undefined) {
    await data.close();
    throw new CodedError('NO_ORGANIZATION', 'the database holds no organisation');
  }
  const token = randomUuid(systemRandom);
  const app = await createServer({
    db: data.storage.db,
    organization,
    clock: systemClock,
    random: systemRandom,
    timers: systemTimers,
    logger: silentLogger,
    admin: { token, ticketFolder: join(folder, 'tickets') },
  });
  const headers = { authorization: `Bearer ${token}` };
  return toOperator(
    async (url, body) => {
      const answer = await app.inject({
        url,
        headers,
        ...(body === undefined ? {} : { method: 'POST', payload: body as object }),
      });
      return { status: answer.statusCode, text: answer.body };
    },
    async () => {
      await app.close();
      await data.close();
    },
  );
}

function toOperator(
  ask: (path: string, body?: unknown) => Promise<Asked>,
  close: () => Promise<void>,
): Operator {
  const read = <Answer>({ status, text }: Asked): Result<Answer, OperatorProblem> => {
    if (status === 404 || status === 409) return fail(JSON.parse(text) as OperatorProblem);
    if (status >= 300) throw new CodedError('SERVER_REFUSED', `the server answered ${status}`);
    return ok(JSON.parse(text) as Answer);
  };
  return {
    get: async <Answer>(path: string) => read<Answer>(await ask(path)),
    post: async <Answer>(path: string, body: unknown) => read<Answer>(await ask(path, body)),
    close,
  };
}

/** Who there is, when a name fits nobody or several. */
export function explainName(wanted: string, error: OperatorProblem): string {
  const list = (error.names ?? []).map((name) => `  ${name}`).join('\n');
  return error.kind === 'ambiguous-name'
    ? `"${wanted}" fits more than one:\n${list}`
    : `There is nobody called "${wanted}". There are:\n${list}`;
}

/** Runs a command with the operator of its folder, and turns its failure into a sentence. */
export async function runCli(folder: string, work: (operator: Operator) => Promise<number>): Promise<void> {
  try {
    const operator = await createOperator(folder);
    try {
      process.exitCode = await work(operator);
    } finally {
      await operator.close();
    }
  } catch (error) {
    const sentence = explainFailure(error, folder);
    console.error(sentence ?? error);
    process.exitCode = 1;
  }
}
