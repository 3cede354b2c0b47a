import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMemoryFile } from '../testing/memoryFile.ts';
import { createOpfsOpener } from '../testing/openOnOpfsDisk.ts';
import { createOpfsDisk, type Files } from '../testing/opfsDisk.ts';

const HEADER = 4096;
const open = createOpfsOpener();
const openOn = async (files: Files) => await open(createOpfsDisk(files, () => {}));

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A killed device: rows in the database, and in a log that is not checkpointed. */
async function killedDevice(): Promise<Files> {
  const files: Files = new Map();
  const closed = await openOn(files);
  await closed.batch([{ sql: 'CREATE TABLE t (v)' }, { sql: 'INSERT INTO t VALUES (1)' }]);
  await closed.close();
  const killed = await openOn(files);
  await killed.batch([{ sql: 'INSERT INTO t VALUES (2)' }]);
  return new Map([...files].map(([name, file]) => [name, file.copy()]));
}

const damages: readonly (readonly [name: string, harm: (header: Uint8Array) => void])[] = [
  ['one letter of its name', (header) => flip(header, 3, 0x20)],
  ['the first letter of its name', (header) => header.fill(0, 0, 1)],
  ['its flags', (header) => flip(header, 515, 0x04)],
  ['its flags, all of them', (header) => header.fill(0, 512, 516)],
  ['its digest', (header) => flip(header, 520, 0x01)],
  ['all of its header, zeros', (header) => header.fill(0)],
  ['all of its header, other bytes', (header) => header.fill(0xa5)],
];

test.each(damages)(
  'D3: a file of which %s is damaged is not opened, and nothing is changed',
  async (_name, harm) => {
    const device = await killedDevice();
    const withData = [...device.keys()].filter((name) => (device.get(name)?.size ?? 0) > HEADER);
    expect(withData).toHaveLength(2); // The database and its log.
    for (const name of withData) {
      const files: Files = new Map([...device].map(([own, file]) => [own, file.copy()]));
      const header = new Uint8Array(HEADER);
      files.get(name)?.read(header, 0);
      harm(header);
      files.get(name)?.write(header, 0);
      const before = bytesOf(files);
      await expect(openOn(files)).rejects.toMatchObject({ code: 'DATABASE_CORRUPT' });
      expect(bytesOf(files)).toEqual(before);
    }
  },
);

test('D1, D3: a disk that turns read-only while somebody types harms nothing, and is written to again when it can be', async () => {
  const files: Files = new Map();
  let isReadOnly = false;
  const disk = createOpfsDisk(files, () => {
    if (isReadOnly) throw new DOMException('read-only', 'NoModificationAllowedError');
  });
  const database = await open(disk);
  const type = (text: string) =>
    database.batch([{ sql: 'UPDATE t SET v = ?', params: [text], expectChanges: 1 }]);
  const read = async () => (await database.all<{ v: string }>('SELECT v FROM t')).map(({ v }) => v.length);
  await database.batch([{ sql: 'CREATE TABLE t (v)' }, { sql: "INSERT INTO t VALUES ('')" }]);
  // Small and large: into the log alone, and past the point where SQLite empties it into the file.
  for (const letters of [1, 40_000, 6_000_000]) {
    await type('a'.repeat(letters));
    isReadOnly = true;
    for (let time = 0; time < 3; time += 1) {
      await expect(type('b'.repeat(letters + 1))).rejects.toMatchObject({ code: 'DATABASE_READ_ONLY' });
      expect(await read()).toEqual([letters]);
    }
    const killed = await openOn(new Map([...files].map(([name, file]) => [name, file.copy()])));
    expect(await killed.all('SELECT length(v) AS n FROM t')).toEqual([{ n: letters }]);
    expect(await killed.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    await killed.close();
    isReadOnly = false;
    await type('b'.repeat(letters + 1));
    expect(await read()).toEqual([letters + 1]);
  }
  await database.close();
  const again = await openOn(files);
  expect(await again.all('SELECT length(v) AS n FROM t')).toEqual([{ n: 6_000_001 }]);
  await again.close();
});

function flip(header: Uint8Array, at: number, bits: number): void {
  header[at] = (header[at] ?? 0) ^ bits;
}

test('D4: a file whose name was being written or taken away when the process died stands in no way', async () => {
  const device = await killedDevice();
  const [empty, named, unnamed, halfNamed] = [...device.values()].filter(({ size }) => size <= HEADER);
  const remains = new Uint8Array(100).fill(7);
  empty?.write(remains, 0);
  // The digest is still that of a free file.
  named?.write(new TextEncoder().encode('/database-journal'), 0);
  named?.write(remains, HEADER);
  // The name is gone, the digest is still that of the name.
  unnamed?.write(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), 516);
  unnamed?.write(remains, HEADER);
  // Of a journal only the flags are gone.
  halfNamed?.write(new TextEncoder().encode('/database-journal'), 0);
  halfNamed?.write(Uint8Array.of(0x03, 0x68, 0x1c, 0x56, 0x59, 0xb6, 0xaa, 0x99), 516);
  halfNamed?.write(remains, HEADER);
  const database = await openOn(device);
  expect(await database.all('SELECT v FROM t')).toEqual([{ v: 1 }, { v: 2 }]);
});

test('D4: a first opening that died while it made the pool leaves one that can be opened', async () => {
  for (let made = 1; made < 6; made += 1) {
    const files: Files = new Map();
    for (let at = 0; at < made; at += 1) files.set(`file-${String(at)}`, createMemoryFile());
    const database = await openOn(files);
    await database.batch([{ sql: 'CREATE TABLE t (v)' }]);
    await database.close();
  }
});

function bytesOf(files: Files): readonly string[] {
  return [...files].map(([name, file]) => {
    const bytes = new Uint8Array(file.size);
    file.read(bytes, 0);
    return `${name} ${Buffer.from(bytes).toString('base64')}`;
  });
}
