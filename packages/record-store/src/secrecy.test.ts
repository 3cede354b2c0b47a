import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '@fieldchart/encrypted-sqlite';
import { openNodeDatabase } from '@fieldchart/encrypted-sqlite/node';
import { formsOfText } from '@fieldchart/foundation/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './schema.ts';

/**
 * Everything that the record store writes to the device, by what it serves. A new table is named here, and then every
 * text of it is written and looked for; until it is, the first test fails.
 */
const FEATURES: Readonly<Record<string, readonly string[]>> = {
  'records and their lists': ['records', 'bases', 'clients', 'positions'],
  'the outbox and its receipts': ['outbox', 'needs', 'receipts', 'sqlite_sequence'],
  'conflicts and texts that were replaced': ['conflicts', 'superseded', 'set_aside', 'tombstones'],
  'the caseload as it comes and goes': ['clients_to_fetch', 'clients_to_erase', 'handovers', 'under_review'],
  'what the policy ages out': ['aged_out', 'fetched_back', 'clients_to_age'],
  'sync and a restored server': ['sync_state', 'epoch_checks'],
  'identity and settings': ['app_state'],
  'the audit chain': ['audit_links'],
  'search in notes': ['notes', 'note_index', 'index_leftovers', 'index_words'],
  'search in names': ['client_names'],
  'groups of clients': ['client_groups'],
  // FTS5's own; what is in them is written through note_index.
  'the pages of the index': ['note_index_config', 'note_index_data', 'note_index_docsize', 'note_index_idx'],
};
/** Written by SQLite, from what is written to the others. */
const byItself = (table: string) => table === 'sqlite_sequence' || table.startsWith('note_index_');

const CANARY = 'quetzalcanary';
const FORMS = formsOfText(CANARY);

/** How many of the canary's forms stand in any file of the folder. */
function formsIn(folder: string): number {
  const files = readdirSync(folder).map((file) => readFileSync(join(folder, file)));
  return FORMS.filter((form) => files.some((bytes) => bytes.includes(form))).length;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldchart-secrecy-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Column {
  readonly name: string;
  readonly type: string;
}

/** For each table a row with the canary in every column of text, as SQL that holds for any database of this schema. */
async function rowsWithCanary(database: Database): Promise<readonly string[]> {
  const tables = await database.all<{ name: string; sql: string }>(
    `SELECT name, sql FROM sqlite_master WHERE type = 'table'`,
  );
  const rows: string[] = [];
  for (const { name, sql } of tables.filter((table) => !byItself(table.name))) {
    const columns = (await database.all('SELECT name, type FROM pragma_table_info(?)', [
      name,
    ])) as unknown as readonly Column[];
    const values = columns.map(({ name: column, type }) => {
      const allowed = new RegExp(`${column} IN \\('([a-z]+)'`, 'u').exec(sql)?.[1];
      if (allowed !== undefined) return `'${allowed}'`;
      return type === 'INTEGER' || type === 'REAL' ? '1' : `'${CANARY} of ${name}'`;
    });
    rows.push(
      `INSERT INTO ${name} (${columns.map(({ name: column }) => column).join(', ')}) VALUES (${values.join(', ')})`,
    );
  }
  return rows;
}

async function openMigrated(): Promise<Database> {
  const database = await openNodeDatabase({ directory: folder })({
    name: 'records.db',
    key: new Uint8Array(32).fill(3),
  });
  await migrate(database);
  return database;
}

test('E2: every table that the device keeps is named, by the feature that writes it', async () => {
  const database = await openMigrated();
  const tables = await database.all<{ name: string }>(`SELECT name FROM sqlite_master WHERE type = 'table'`);
  await database.close();
  expect(Object.values(FEATURES).flat().toSorted()).toEqual(tables.map(({ name }) => name).toSorted());
});

test('E2: no text of any table can be read in any file of the folder, open or closed', async () => {
  const database = await openMigrated();
  const rows = await rowsWithCanary(database);
  for (const sql of rows) await database.batch([{ sql, expectChanges: 1 }]);
  expect(readdirSync(folder).length).toBeGreaterThan(1);
  expect(formsIn(folder)).toBe(0);
  await database.close();
  expect(formsIn(folder)).toBe(0);

  // The control: the same rows, table by table, are found where nothing is encrypted.
  for (const sql of rows) {
    const plain = join(folder, 'plain.db');
    const control = new DatabaseSync(plain);
    for (const step of MIGRATIONS.flat()) control.exec(step);
    control.exec(sql);
    control.close();
    expect({ sql, found: sql.includes(CANARY) ? formsIn(folder) : 1 }).toEqual({ sql, found: 1 });
    rmSync(plain);
  }
});

test('the search finds every form of the canary: the control of the search above', () => {
  for (const before of ['', 'x', 'xy']) {
    const text = `${before}${CANARY} and more`;
    writeFileSync(join(folder, 'a'), Buffer.from(text).toString('base64'));
    expect(formsIn(folder)).toBeGreaterThan(0);
    writeFileSync(join(folder, 'a'), Buffer.from(text, 'utf16le'));
    expect(formsIn(folder)).toBeGreaterThan(0);
    writeFileSync(join(folder, 'a'), Buffer.from(text, 'utf16le').swap16());
    expect(formsIn(folder)).toBeGreaterThan(0);
  }
});
