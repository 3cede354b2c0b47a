import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type RunningPostgres, startPostgres } from '../../../tests/postgres/startPostgres.ts';
import type {
  BenchDeviceIdentity,
  Counters,
  LoadRequest,
  ServerAnswer,
  ServerQuestion,
} from './serverProtocol.ts';

/** A server for one run, with nothing in it but its people. */
export interface BenchServer {
  readonly url: string;
  readonly database: 'PostgreSQL' | 'PGlite';
  addDevice(): Promise<BenchDeviceIdentity>;
  /** Loads charts behind the devices' backs. Resolves with the number of records. */
  load(request: LoadRequest): Promise<number>;
  counters(): Promise<Counters>;
  stop(): Promise<void>;
}

/** Starts it in a process of its own, on a PostgreSQL of its own where there are the programs for one. */
export async function startBenchServer(): Promise<BenchServer> {
  const postgres = await startPostgres().catch(() => undefined);
  try {
    return await startOn(postgres);
  } catch (error) {
    await postgres?.stop();
    throw error;
  }
}

async function startOn(postgres: RunningPostgres | undefined): Promise<BenchServer> {
  const program = fileURLToPath(new URL('./serverProcess.ts', import.meta.url));
  const child = fork(program, [postgres?.url ?? ''], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ask = createAsker(child);
  const { port } = await ask.greeting;
  const unexpected = (answer: ServerAnswer) => new Error(`The bench's server said ${answer.kind}`);
  return {
    url: `http://127.0.0.1:${port}`,
    database: postgres === undefined ? 'PGlite' : 'PostgreSQL',
    async addDevice() {
      const answer = await ask.question({ kind: 'device' });
      if (answer.kind !== 'device') throw unexpected(answer);
      return answer.device;
    },
    async load(request) {
      const answer = await ask.question({ kind: 'load', ...request });
      if (answer.kind !== 'loaded') throw unexpected(answer);
      return answer.records;
    },
    async counters() {
      const answer = await ask.question({ kind: 'counters' });
      if (answer.kind !== 'counters') throw unexpected(answer);
      return answer.counters;
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.disconnect();
      await ended;
      await postgres?.stop();
    },
  };
}

/** Questions to the child, each answered under its number. Its greeting comes under number 0. */
function createAsker(child: ChildProcess) {
  let last = 0;
  const waiting = new Map<number, { resolve(answer: ServerAnswer): void; reject(error: Error): void }>();
  const answerOf = (id: number) =>
    new Promise<ServerAnswer>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
    });
  child.on('message', ({ id, answer }: { id: number; answer: ServerAnswer }) => {
    const asker = waiting.get(id);
    waiting.delete(id);
    if (answer.kind === 'failed') asker?.reject(new Error(answer.text));
    else asker?.resolve(answer);
  });
  child.once('exit', (code) => {
    for (const asker of waiting.values())
      asker.reject(new Error(`The bench's server ended with ${String(code)}`));
    waiting.clear();
  });
  return {
    greeting: answerOf(0).then((answer) => {
      if (answer.kind !== 'listening') throw new Error('The bench server did not start');
      return answer;
    }),
    question(asked: ServerQuestion['ask']): Promise<ServerAnswer> {
      last += 1;
      const answer = answerOf(last);
      child.send({ id: last, ask: asked } satisfies ServerQuestion);
      return answer;
    },
  };
}
