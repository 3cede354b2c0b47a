import {
  type CaseloadAnswer,
  type ClinicPlatform,
  type ClinicSession,
  createClinicShell,
} from '@fieldchart/clinic-client';
import { SECRET } from './benchUser.ts';

/** Rows of the caseload that the app asks for first. */
const FIRST_ROWS = 60;

/** Milliseconds of one start, from the call to unlock to the first rows. */
export interface ColdStart {
  readonly total: number;
  /** PBKDF2, as slow as it is meant to be. */
  readonly kdf: number;
  /** Opening the encrypted file, on the web with the worker's start. */
  readonly open: number;
  /** From the unlocked session to the answer of the list. */
  readonly list: number;
  readonly rows: number;
  readonly clients: number;
}

/** Unlocks the app as a user does and waits for the caseload's first rows. */
export async function coldStart(
  platform: ClinicPlatform,
  userId: string,
  elapsed: () => number,
): Promise<{
  readonly session: ClinicSession;
  readonly took: ColdStart;
  readonly lock: () => Promise<void>;
}> {
  const spent = { kdf: 0, open: 0 };
  const shell = createClinicShell(timed(platform, spent, elapsed));
  await phaseOf(shell, 'locked');
  const start = elapsed();
  const outcome = await shell.unlock({ userId, secret: SECRET });
  const phase = shell.phase();
  if (!outcome.ok || phase.name !== 'unlocked') throw new Error('The bench did not unlock');
  const unlocked = elapsed();
  const answer = await firstRows(phase.session);
  const end = elapsed();
  return {
    session: phase.session,
    lock: () => shell.lock('hand'),
    took: {
      total: end - start,
      ...spent,
      list: end - unlocked,
      rows: answer.rows.length,
      clients: answer.total,
    },
  };
}

/** The caseload as the app first asks for it. */
export function firstRows(session: ClinicSession): Promise<CaseloadAnswer> {
  return new Promise((resolve) => {
    const stop = session.watch(
      { kind: 'caseload', search: '', filter: 'all', sort: 'name', limit: FIRST_ROWS },
      (answer) => {
        resolve(answer);
        // The first answer may come before `watch` has returned.
        queueMicrotask(() => stop());
      },
    );
  });
}

/** Resolves when the app stands there; rejects where it stands elsewhere. */
export function phaseOf(shell: ReturnType<typeof createClinicShell>, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const phase = shell.phase();
      if (phase.name === name) resolve();
      else if (phase.name !== 'starting')
        reject(new Error(`The app stands at "${phase.name}", not "${name}"`));
    };
    shell.subscribe(look);
    look();
  });
}

/** The same platform, with a watch on the two parts that are told apart. */
function timed(
  platform: ClinicPlatform,
  spent: { kdf: number; open: number },
  elapsed: () => number,
): ClinicPlatform {
  const { subtle } = platform.webCrypto;
  return {
    ...platform,
    webCrypto: {
      subtle: {
        digest: (...input) => subtle.digest(...input),
        importKey: (...input) => subtle.importKey(...input),
        exportKey: (...input) => subtle.exportKey(...input),
        generateKey: (...input) => subtle.generateKey(...input),
        encrypt: (...input) => subtle.encrypt(...input),
        decrypt: (...input) => subtle.decrypt(...input),
        sign: (...input) => subtle.sign(...input),
        async deriveBits(...input) {
          const start = elapsed();
          const bits = await subtle.deriveBits(...input);
          if (input[0].name === 'PBKDF2') spent.kdf += elapsed() - start;
          return bits;
        },
      },
    },
    async openDatabase(options) {
      const start = elapsed();
      const database = await platform.openDatabase(options);
      spent.open += elapsed() - start;
      return database;
    },
  };
}
