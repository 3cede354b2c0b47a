import { databaseContract } from '../contract/databaseContract.ts';
import { damageCases } from '../contract/damageCases.ts';
import type { DamageHarness } from '../contract/damageHarness.ts';
import { KEY, codeOf } from '../contract/databaseHarness.ts';
import { createReopeningDatabase } from '../reopeningDatabase.ts';
import { openPlainWebDatabaseForBench } from '../web/openPlainWebDatabaseForBench.ts';
import { deleteWebDatabase, openDamagedWebDatabase, openWebDatabase } from '../web/openWebDatabase.ts';

// The page that the browser tests load: the contract over the web adapter, and a writer to be killed.

const place = {
  createWorker: () => new Worker('/worker.js', { type: 'module' }),
  wasmUrl: '/mc-wa-sqlite.wasm',
};

async function directoryOf(name: string, create = false): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  const databases = await root.getDirectoryHandle('fieldchart-databases', { create });
  return await databases.getDirectoryHandle(name, { create });
}

async function write(file: FileSystemFileHandle, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const stream = await file.createWritable();
  await stream.write(bytes);
  await stream.close();
}

const poolHeader = 4096;

const harness: DamageHarness = {
  open: openWebDatabase(place),
  openPlain: (name) => openPlainWebDatabaseForBench(place, name),
  async files(name) {
    const directory = await directoryOf(name);
    const files: Uint8Array[] = [];
    for await (const handle of directory.values()) {
      const file = await (handle as FileSystemFileHandle).getFile();
      files.push(new Uint8Array(await file.arrayBuffer()));
    }
    return files;
  },
  openDamaged: openDamagedWebDatabase(place),
  async copyAsKilled(from, to) {
    const [source, target] = [await directoryOf(from), await directoryOf(to, true)];
    for await (const [file, handle] of source.entries()) {
      const content = await (await (handle as FileSystemFileHandle).getFile()).arrayBuffer();
      await write(await target.getFileHandle(file, { create: true }), new Uint8Array(content));
    }
  },
  async tamper(name, file, change) {
    const path = file === 'journal' ? '/database-wal' : '/database';
    for await (const handle of (await directoryOf(name)).values()) {
      const bytes = new Uint8Array(await (await (handle as FileSystemFileHandle).getFile()).arrayBuffer());
      const held = new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
      if (held !== path) continue;
      const changed = change(bytes.slice(poolHeader));
      if (changed === undefined) {
        await (await directoryOf(name)).removeEntry(handle.name);
        return;
      }
      const whole = new Uint8Array(poolHeader + changed.length);
      whole.set(bytes.subarray(0, poolHeader));
      whole.set(changed, poolHeader);
      await write(handle as FileSystemFileHandle, whole);
      return;
    }
    throw new Error(`there is no ${path}`);
  },
};

/** Turns a byte of the pool's own header over, in every file that holds something. */
async function turnHeaders(name: string): Promise<void> {
  for await (const handle of (await directoryOf(name)).values()) {
    const bytes = new Uint8Array(await (await (handle as FileSystemFileHandle).getFile()).arrayBuffer());
    if (bytes.length <= poolHeader) continue;
    bytes[4] = (bytes[4] ?? 0) ^ 0xff;
    await write(handle as FileSystemFileHandle, bytes);
  }
}

/** The pool's library empties files whose header is not whole: that must not happen to a record. */
async function damageHeader(): Promise<{ code: unknown; unchanged: boolean; rows: unknown }> {
  const database = await harness.open({ name: 'header.db', key: KEY });
  await database.batch([{ sql: 'CREATE TABLE t (v)' }, { sql: "INSERT INTO t VALUES ('mine')" }]);
  await database.close();
  await turnHeaders('header.db');
  const before = JSON.stringify(await harness.files('header.db'));
  const code = await codeOf(harness.open({ name: 'header.db', key: KEY, existing: true }));
  const unchanged = JSON.stringify(await harness.files('header.db')) === before;
  const damaged = await harness.openDamaged({ name: 'header.db', key: KEY, verify: true });
  const rows = await damaged.all('SELECT v FROM t');
  await damaged.close();
  return { code, unchanged, rows };
}

async function runCases(
  which: 'contract' | 'damage',
): Promise<readonly { title: string; failure: string | null }[]> {
  const outcomes = [];
  for (const { title, run } of which === 'contract' ? databaseContract : damageCases) {
    try {
      await run(harness);
      outcomes.push({ title, failure: null });
    } catch (error) {
      outcomes.push({ title, failure: String(error) });
    }
  }
  return outcomes;
}

/** Writes row after row, and tells each one that the database acknowledged. */
async function writeUntilKilled(acknowledged: (id: number) => void): Promise<void> {
  const database = await harness.open({ name: 'killed.db', key: KEY });
  await database.batch([{ sql: 'CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, v TEXT)' }]);
  const [row] = await database.all<{ last: number }>('SELECT coalesce(max(id), 0) AS last FROM t');
  for (let id = (row?.last ?? 0) + 1; ; id += 1) {
    await database.batch([
      { sql: 'INSERT INTO t VALUES (?, ?)', params: [id, 'x'.repeat(500)], expectChanges: 1 },
    ]);
    acknowledged(id);
  }
}

async function readAfterKill(): Promise<{ last: number; rows: number; check: unknown }> {
  const database = await harness.open({ name: 'killed.db', key: KEY });
  const [row] = await database.all<{ last: number; rows: number }>(
    'SELECT max(id) AS last, count(*) AS rows FROM t',
  );
  const [check] = await database.all('PRAGMA integrity_check');
  await database.close();
  return { last: row?.last ?? 0, rows: row?.rows ?? 0, check: check?.['integrity_check'] };
}

async function deleteAndReopen(): Promise<readonly unknown[]> {
  const first = await harness.open({ name: 'deleted.db', key: KEY });
  await first.batch([{ sql: 'CREATE TABLE t (v)' }]);
  await first.close();
  await deleteWebDatabase('deleted.db');
  await deleteWebDatabase('deleted.db');
  const second = await harness.open({ name: 'deleted.db', key: KEY });
  const tables = await second.all('SELECT name FROM sqlite_schema');
  await second.close();
  return tables;
}

/** A worker that never returns from the message "hang", as one that hangs in the browser's file system. */
function createHangingWorker(): Worker {
  const source = `import '${location.origin}/worker.js';
    const serve = onmessage;
    onmessage = (event) => { if (event.data === 'hang') for (;;); serve(event); };`;
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  return new Worker(url, { type: 'module' });
}

/** Writes, has the worker hang, and writes again until that is taken; answers the code that said so and all rows. */
async function writeAroundHang(): Promise<{ codes: readonly string[]; rows: readonly unknown[] }> {
  const workers: Worker[] = [];
  const createWorker = () => {
    const worker = workers.length === 0 ? createHangingWorker() : place.createWorker();
    workers.push(worker);
    return worker;
  };
  const here = { ...place, wasmUrl: new URL(place.wasmUrl, location.href).href, createWorker };
  const open = () => openWebDatabase(here)({ name: 'hanging.db', key: KEY });
  const database = createReopeningDatabase(await open(), open);
  const insert = (v: string) => database.batch([{ sql: 'INSERT INTO t VALUES (?)', params: [v] }]);
  await database.batch([{ sql: 'CREATE TABLE t (v)' }]);
  await insert('before');
  workers[0]?.postMessage('hang');
  const codes: string[] = [];
  for (let time = 0; time < 40; time += 1) {
    const code = await codeOf(insert('after'));
    if (code === undefined) break;
    codes.push(typeof code === 'string' ? code : 'unknown');
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const rows = await database.all('SELECT v FROM t');
  await database.close();
  return { codes, rows };
}

/**
 * A statement that computes for longer than the page has patience, and touches no file; then a worker that hangs. The
 * page's seconds pass four times as fast, and the worker's do not.
 */
async function computeForLong(): Promise<{
  patience: number;
  computed: number;
  code: unknown;
  hung: number;
}> {
  const second = setTimeout;
  const quicker = (task: () => void, milliseconds: number) => second(task, milliseconds / 4);
  globalThis.setTimeout = quicker as typeof setTimeout;
  try {
    const worker = createHangingWorker();
    const wasmUrl = new URL(place.wasmUrl, location.href).href;
    const here = { createWorker: () => worker, wasmUrl };
    const database = await openWebDatabase(here)({ name: 'computing.db', key: KEY });
    const took = async (work: Promise<unknown>) => {
      const start = performance.now();
      await work;
      return performance.now() - start;
    };
    const count = (to: number) =>
      database.all(
        'WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < ?) SELECT max(n) AS n FROM t',
        [to],
      );
    const million = await took(count(1_000_000));
    const patience = 11_000 / 4;
    const computed = await took(count(Math.ceil((2 * patience) / million) * 1_000_000));
    worker.postMessage('hang');
    let code: unknown;
    const hung = await took(codeOf(count(1)).then((found) => (code = found)));
    return { patience, computed, code, hung };
  } finally {
    globalThis.setTimeout = second;
  }
}

/** Medians in milliseconds of the keystroke batch and of a plain one-row commit, for a look, never asserted. */
async function measure(): Promise<{ keystroke: number; plain: number }> {
  const median = async (work: () => Promise<unknown>) => {
    const times: number[] = [];
    for (let round = 0; round < 300; round += 1) {
      const start = performance.now();
      await work();
      times.push(performance.now() - start);
    }
    return times.toSorted((a, b) => a - b)[150] ?? 0;
  };
  const schema = ['a', 'b', 'c'].map((t) => ({ sql: `CREATE TABLE ${t} (id INTEGER PRIMARY KEY, v TEXT)` }));
  const rows = ['a', 'b', 'c'].map((t) => ({ sql: `INSERT INTO ${t} VALUES (1, '')` }));
  const update = (t: string) => ({
    sql: `UPDATE ${t} SET v = ? WHERE id = 1`,
    params: ['x'.repeat(1000)],
    expectChanges: 1,
  });
  const encrypted = await harness.open({ name: 'measured.db', key: KEY });
  await encrypted.batch([...schema, ...rows]);
  const keystroke = await median(() => encrypted.batch(['a', 'b', 'c'].map(update)));
  await encrypted.close();
  const baseline = await harness.openPlain('baseline.db');
  await baseline.batch([...schema, ...rows]);
  const plain = await median(() => baseline.batch([update('a')]));
  await baseline.close();
  return { keystroke, plain };
}

Object.assign(globalThis, {
  browserPage: {
    runCases,
    damageHeader,
    writeUntilKilled,
    readAfterKill,
    deleteAndReopen,
    measure,
    writeAroundHang,
    computeForLong,
  },
});
