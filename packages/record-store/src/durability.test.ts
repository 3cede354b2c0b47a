import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Composition, NOTE_FORMATS, noteSections } from '@fieldchart/clinical';
import { createSeededRandom, isCodedError } from '@fieldchart/foundation';
import { expect, test } from 'vitest';
import { dieAt } from './testing/faultyDatabase.ts';
import {
  AUTHOR,
  LIMITS,
  note,
  NOTE_KEY,
  openTestStore,
  patient,
  serverTime,
  signed,
  visit,
} from './testing/storeFixture.ts';
import { migrate } from './migrate.ts';
import { clientSql } from './clientList.ts';
import { CHART_SQL } from './lists.ts';
import { STANDING_SQL } from './standing.ts';
import { MIGRATIONS } from './schema.ts';
import type { RecordStore } from './recordStore.ts';

const CODE = NOTE_FORMATS.DAP.sections[0].code;
const OTHER = '30000000-0000-4000-8000-000000000009';
const textOf = (resource: unknown) =>
  noteSections(resource as Composition).find(({ code }) => code === CODE)?.text ?? '';

/** A day in short; `saved` is told what the user would have been shown as saved. */
async function writeDay(store: RecordStore, saved: (key: string, text: string) => void) {
  const save = async (resource: Parameters<typeof textOf>[0], basedOn: number, typing = false) => {
    const change = { resource: resource as Composition, basedOn, typing };
    await store.recordChange(change, AUTHOR);
    const { resourceType, id } = change.resource;
    saved(`${resourceType}/${id}`, resourceType === 'Composition' ? textOf(resource) : '');
  };
  await save(patient(), 0);
  await save(visit(), 0);
  await save(note(), 0);
  await save(note({ [CODE]: 'a' }), 1, true);
  await save(note({ [CODE]: 'ab' }), 2, true);
  await save(note({ [CODE]: 'abc' }), 3, true);
  await store.settle(NOTE_KEY);
  for (let version = 1; version <= 2; version += 1) {
    const batch = await store.nextBatch(LIMITS);
    const id = batch?.entries[0]?.mutationId ?? '';
    await store.acknowledge([
      { mutationId: id, version: { versionId: String(version), serverTime: serverTime(version) } },
    ]);
  }
  await store.nextBatch(LIMITS);
  await save(note({ [CODE]: 'abcd' }), 4, true);
  await store.recordGroup(
    [
      { resource: signed(note({ [CODE]: 'abcd' })), basedOn: 5 },
      { resource: note({ [CODE]: 'with it' }, OTHER), basedOn: 0 },
    ],
    AUTHOR,
  );
}

test('D2, D3, O6: whatever statement or commit fails, a record stands exactly where its entry stands', async () => {
  for (let at = 1; ; at += 1) {
    const fault = dieAt(at);
    const fixture = await openTestStore();
    try {
      const dying = await fixture.openOn(fixture.store.database);
      const faulty = { ...dying };
      const saved = new Map<string, string>();
      try {
        Object.assign(faulty, await fixture.openOn(fault.wrap(fixture.store.database)));
        await writeDay(faulty, (key, text) => saved.set(key, text));
      } catch (error) {
        if (!isCodedError(error, 'DATABASE_IO')) throw error;
      }
      const store = await fixture.restart();
      const stray = await store.database.all(
        `SELECT key FROM records WHERE key NOT IN (SELECT key FROM outbox UNION SELECT key FROM receipts)
         UNION ALL SELECT key FROM outbox WHERE key NOT IN (SELECT key FROM records)`,
      );
      expect(stray, `died at ${at}`).toEqual([]);
      for (const [key, text] of saved) {
        const record = await store.get(key);
        expect(record, `died at ${at}: ${key}`).toBeDefined();
        if (key === NOTE_KEY) expect(textOf(record?.resource).startsWith(text)).toBe(true);
      }
      const final = (await store.get(NOTE_KEY))?.resource as Composition | undefined;
      expect(final?.status === 'final').toBe((await store.get(`Composition/${OTHER}`)) !== undefined);
      if (!fault.died()) return;
    } finally {
      await fixture.end();
    }
  }
}, 120_000);

test('D3: whatever statement or commit fails while old records age out, each unit is here whole or known to be gone, and the rest goes later', async () => {
  const meta = { versionId: '1', lastUpdated: serverTime(1) };
  const old = Array.from({ length: 30 }, (_, at) => {
    const id = `30000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
    return { ...signed(note({ [CODE]: `old ${at}` }, id)), encounter: undefined };
  });
  const retention = { serverTime: '2030-01-01T00:00:00.000Z', days: 90 };
  for (let at = 1; ; at += 7) {
    const fault = dieAt(at);
    const fixture = await openTestStore();
    try {
      await fixture.store.loadCaseload({
        resources: [patient(), ...old].map((one) => ({ ...one, meta })),
        cursor: 'c1',
      });
      await fixture.store.applyPage({ entries: [], cursor: 'c2', retention });
      const { database } = fixture.store;
      await database.batch([{ sql: 'CREATE TABLE told (key TEXT NOT NULL)' }]);
      const age = async (store: RecordStore) => {
        const tell: Parameters<RecordStore['ageOut']>[0] = async (transaction, { keys }) => {
          for (const key of keys) await transaction.run('INSERT INTO told (key) VALUES (?)', [key]);
        };
        while ((await store.ageOut(tell)) === 'more');
      };
      try {
        const faulty = { ...(await fixture.openOn(database)) };
        Object.assign(faulty, await fixture.openOn(fault.wrap(database)));
        await age(faulty);
      } catch (error) {
        if (!isCodedError(error, 'DATABASE_IO')) throw error;
      }
      const store = await fixture.restart();
      const count = async (sql: string) => (await store.database.all<{ n: number }>(sql))[0]?.n;
      const everywhere = `SELECT count(DISTINCT key) AS n FROM
        (SELECT key FROM records WHERE type = 'Composition' UNION ALL SELECT key FROM aged_out)`;
      expect(await count(everywhere), `died at ${at}`).toBe(old.length);
      const astray = `SELECT count(*) AS n FROM aged_out WHERE key IN (SELECT key FROM records)
        OR key NOT IN (SELECT key FROM told)`;
      expect(await count(astray), `died at ${at}`).toBe(0);
      await age(store);
      expect(await count('SELECT count(*) AS n FROM aged_out'), `died at ${at}`).toBe(old.length);
      expect(await count('SELECT count(*) AS n FROM told'), `died at ${at}`).toBe(old.length);
      if (!fault.died()) return;
    } finally {
      await fixture.end();
    }
  }
}, 120_000);

test('D4: a process killed while typing shows, opened again, everything that it had reported as saved', async () => {
  const fixture = await openTestStore();
  const random = createSeededRandom(11);
  try {
    let store = fixture.store;
    for (let kill = 1; kill <= 10; kill += 1) {
      await store.database.close();
      const reported = await typeUntilKilled(fixture.directory, kill, 20 + random.fraction() * 250);
      store = await fixture.openOn(await fixture.openDatabase());
      const record = await store.get(NOTE_KEY);
      const revision = record?.revision ?? 0;
      expect(revision).toBeGreaterThanOrEqual(reported);
      expect(textOf(record?.resource)).toBe(`revision ${revision} `.repeat(1 + ((revision - 1) % 40)));
      expect(record?.position?.selectionStart).toBe(revision);
      const [last] = (await store.listOutbox(1000)).slice(-1);
      expect(last?.key).toBe(NOTE_KEY);
      expect(record?.sync).toBe(last?.state);
    }
    await store.database.close();
  } finally {
    await fixture.end();
  }
}, 120_000);

/** Resolves to the last revision that the process said was saved before it was killed. */
async function typeUntilKilled(directory: string, seed: number, after: number): Promise<number> {
  const script = fileURLToPath(new URL('./testing/typingProcess.ts', import.meta.url));
  const child = spawn(process.execPath, [script, directory, String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let due = false;
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (due) return;
    due = true;
    setTimeout(() => child.kill('SIGKILL'), after);
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.on('close', (...ended) => {
      resolve(ended);
    });
  });
  expect([code, signal]).toEqual([null, 'SIGKILL']);
  return Number(output.split('\n').at(-2));
}

test('D3: a database of a newer app is refused and stays untouched', async () => {
  const fixture = await openTestStore();
  const { database } = fixture.store;
  await database.batch([{ sql: `PRAGMA user_version = ${MIGRATIONS.length + 1}` }]);
  await expect(fixture.openOn(database)).rejects.toMatchObject({ code: 'STORE_NEWER_SCHEMA' });
  expect(await database.all('PRAGMA user_version')).toEqual([{ user_version: MIGRATIONS.length + 1 }]);
  await fixture.end();
});

test('a migration that fails in the middle leaves nothing behind and resumes', async () => {
  const fixture = await openTestStore();
  const { database } = fixture.store;
  const broken = [...MIGRATIONS, ['CREATE TABLE later (a)', 'NOT SQL']];
  await expect(migrate(database, broken)).rejects.toMatchObject({ code: 'DATABASE_SQL' });
  expect(await database.all("SELECT name FROM sqlite_schema WHERE name = 'later'")).toEqual([]);
  await migrate(database, [...MIGRATIONS, ['CREATE TABLE later (a)']]);
  expect(await database.all('PRAGMA user_version')).toEqual([{ user_version: MIGRATIONS.length + 1 }]);
  await fixture.end();
});

test('neither the chart nor the caseload nor the next batch reads all notes', async () => {
  const fixture = await openTestStore();
  const { database } = fixture.store;
  const plan = async (sql: string, params: readonly (string | number | null | Uint8Array)[]) =>
    (await database.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, params)).map(({ detail }) => detail);
  const caseload = clientSql(
    { search: 'ana', filter: 'all', sort: 'name', limit: 50, practitionerId: 'p1' },
    0,
  );
  const plans = [
    ...(await plan(CHART_SQL, ['c'])),
    ...(await plan(STANDING_SQL, ['c'])),
    ...(await plan(caseload.page.sql, caseload.page.params)),
    ...(await plan(
      `SELECT o.* FROM outbox o JOIN records r ON r.key = o.key
       WHERE o.state = 'waiting' AND o.blocked = 0 ORDER BY o.sequence LIMIT 10`,
      [],
    )),
  ];
  expect(plans.filter((line) => /SCAN (r|n|records)\b/u.test(line))).toEqual([]);
  await fixture.end();
});
