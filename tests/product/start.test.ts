import { existsSync, globSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type RunningPostgres, startPostgres } from '../postgres/startPostgres.ts';
import { endAll, newFolder, refused, start, started } from './support/product.ts';

afterEach(() => endAll());

const organization = async (url: string): Promise<unknown> =>
  (await fetch(`${url}/organization.json`)).json();

function defineStartSuite(place: () => { folder: string; databaseUrl?: string }): void {
  test('the first start prints address, tickets, codes and files; Ctrl-C stops it; the second keeps the data and hands out no ticket; --reset begins anew', async () => {
    const { folder, ...options } = place();
    const first = await started(folder, ['--port', '0', '--reset'], options);
    expect(first.url).toMatch(/^http:\/\/localhost:\d+$/u);
    expect(first.tickets.map(({ practitioner, role }) => [practitioner, role])).toEqual([
      ['Daniel Reyes', 'clinician'],
      ['Ingrid Sandoval', 'clinician'],
      ['Ruth Okafor', 'clinician'],
    ]);
    for (const ticket of first.tickets) {
      expect(ticket.code).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z*~$=U]$/u);
      const file: unknown = JSON.parse(readFileSync(ticket.file, 'utf8'));
      expect(file).toEqual({
        format: 'fieldchart-ticket/1',
        ticket: ticket.text,
        caseload: expect.any(String),
      });
      expect(statSync(ticket.file).mode & 0o077).toBe(0);
      const download = await fetch(ticket.download);
      expect([download.status, await download.json()]).toEqual([200, file]);
    }
    const before = await organization(first.url);
    expect(await first.interrupt()).toBe(0);
    expect(existsSync(join(folder, 'server.lock'))).toBe(false);

    const second = await started(folder, ['--port', '0'], options);
    expect(second.tickets).toEqual([]);
    await second.printed(/A new ticket: npm run ticket/u);
    expect(await organization(second.url)).toEqual(before);
    expect(await second.interrupt()).toBe(0);

    const third = await started(folder, ['--port', '0', '--reset'], options);
    expect(third.tickets).toHaveLength(3);
    expect(await organization(third.url)).not.toEqual(before);
    expect(await third.interrupt()).toBe(0);
  });

  test('killed in its first start, at several moments, the next start makes the demonstration whole', async () => {
    const { folder, ...options } = place();
    await (await started(folder, ['--port', '0', '--reset'], options)).interrupt();
    for (const moment of [/First start|creating/u, /\d of 4 clients|is running/u]) {
      const killed = start(folder, ['--port', '0', '--reset'], options);
      await killed.printed(moment);
      killed.process.kill('SIGKILL');
      expect(await killed.ended).toBe('SIGKILL');
      const next = await started(folder, ['--port', '0'], options);
      expect(await organization(next.url)).toMatchObject({ name: expect.any(String) });
      expect(await next.interrupt()).toBe(0);
    }
  });

  test('a second instance on the same folder is refused in a sentence and does not disturb the first', async () => {
    const { folder, ...options } = place();
    const first = await started(folder, ['--port', '0', '--reset'], options);
    const second = await refused(start(folder, ['--port', '0', '--reset'], options));
    expect(second).toEqual({
      code: 1,
      sentence: expect.stringMatching(/^Another Fieldchart server is running on the data folder/u),
    });
    expect((await fetch(`${first.url}/health`)).status).toBe(200);
    expect(await first.interrupt()).toBe(0);
  });
}

describe('on the embedded database', () => {
  const folder = newFolder();
  defineStartSuite(() => ({ folder }));

  test('a start killed while it makes the database itself begins again', async () => {
    const fresh = newFolder();
    const killed = start(fresh);
    while (!existsSync(join(fresh, 'database'))) await new Promise((resolve) => setTimeout(resolve, 5));
    killed.process.kill('SIGKILL');
    await killed.ended;
    const next = await started(fresh);
    expect(next.tickets).toHaveLength(3);
    expect(await next.interrupt()).toBe(0);
  });

  test('a damaged database is said to be so and left as it is; --reset begins anew', async () => {
    const damaged = newFolder();
    await (await started(damaged)).interrupt();
    writeFileSync(join(damaged, 'database/global/pg_control'), 'damage');
    const answer = await refused(start(damaged));
    expect(answer).toEqual({ code: 1, sentence: expect.stringMatching(/is damaged and was left as it is/u) });
    expect(readFileSync(join(damaged, 'database/global/pg_control'), 'utf8')).toBe('damage');
    const anew = await started(damaged, ['--port', '0', '--reset']);
    expect(anew.tickets).toHaveLength(3);
    await anew.interrupt();
  });

  test('a folder that holds something else is refused and not touched, --reset or not', async () => {
    const foreign = newFolder();
    mkdirSync(foreign, { recursive: true });
    writeFileSync(join(foreign, 'letter.txt'), 'dear');
    for (const args of [[], ['--reset']]) {
      const answer = await refused(start(foreign, ['--port', '0', ...args]));
      expect(answer).toEqual({
        code: 1,
        sentence: expect.stringMatching(/files that are not Fieldchart's/u),
      });
      expect(readdirSync(foreign)).toEqual(['letter.txt']);
    }
  });
});

describe('on PostgreSQL', () => {
  let postgres: RunningPostgres;
  const folder = newFolder();
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());
  defineStartSuite(() => ({ folder, databaseUrl: postgres.url }));

  test('a PostgreSQL that does not answer is a sentence', async () => {
    const answer = await refused(
      start(newFolder(), ['--port', '0'], { databaseUrl: 'postgres://nobody@127.0.0.1:9/none' }),
    );
    expect(answer).toEqual({ code: 1, sentence: expect.stringMatching(/^PostgreSQL at DATABASE_URL/u) });
  });
});

test('a busy port is a sentence, and nothing is written', async () => {
  const busy = createServer();
  await new Promise<void>((resolve) => busy.listen(0, 'localhost', resolve));
  const folder = newFolder();
  const answer = await refused(start(folder, ['--port', String((busy.address() as AddressInfo).port)]));
  expect(answer).toEqual({ code: 1, sentence: expect.stringMatching(/^The port is in use/u) });
  expect(globSync(`${folder}/**/*`)).toEqual([]);
  await new Promise((resolve) => busy.close(resolve));
});

test('nonsense options are each a sentence and exit code 2, before anything is written', async () => {
  const nonsense: readonly (readonly [args: readonly string[], sentence: RegExp])[] = [
    [['--port', 'abc'], /^--port takes a whole number/u],
    [['--port', '70000'], /^--port takes a whole number/u],
    [['--port', '-1'], /^Option '--port/u],
    [['--demo-clients', 'many'], /^--demo-clients takes a whole number/u],
    [['--bogus'], /^Unknown option '--bogus'/u],
    [['stray'], /^Unexpected argument 'stray'/u],
  ];
  for (const [args, sentence] of nonsense) {
    const folder = newFolder();
    const answer = await refused(start(folder, args));
    expect(answer, args.join(' ')).toEqual({ code: 2, sentence: expect.stringMatching(sentence) });
    expect(existsSync(folder)).toBe(false);
  }
});

test('a data folder that is a file is a sentence', async () => {
  expect(await refused(start(import.meta.filename))).toEqual({
    code: 1,
    sentence: expect.stringMatching(/is not a folder/u),
  });
});
