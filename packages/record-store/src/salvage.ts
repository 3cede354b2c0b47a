import type { DamagedDatabase, Row } from '@fieldchart/encrypted-sqlite';
import { isCodedError } from '@fieldchart/foundation';
import { type SalvagedRow, readTable } from './salvageTable.ts';

/** What could still be read of a damaged database: what nobody else has first, then every record. */
export interface Salvaged {
  /** The outbox, in its order; `resource` is null for a delete, and where its record could not be read. */
  readonly entries: readonly (SalvagedItem & {
    readonly mutationId: string;
    readonly sequence: number;
    readonly kind: string;
    readonly author: string;
    readonly state: string;
  })[];
  /** This side of conflicts. */
  readonly conflicts: readonly SalvagedItem[];
  readonly superseded: readonly SalvagedItem[];
  readonly records: readonly (SalvagedItem & { readonly versionId: string | null })[];
  /** Rows, of those whose place is known, that could not be read at all. */
  readonly unreadable: number;
}

export interface SalvagedItem {
  readonly key: string;
  readonly resource: unknown;
  /** Read from a page that does not prove that it is what was written: a person has to look at it. */
  readonly unproven: boolean;
}

/**
 * Reads what can still be read, first from pages that prove themselves, then what is left from those that do not.
 * Changes nothing. Rejects only where the storage itself does not answer.
 */
export async function salvage(
  openDamaged: (options: { readonly verify: boolean }) => Promise<DamagedDatabase>,
): Promise<Salvaged> {
  const proving = await openReadable(() => openDamaged({ verify: true }));
  try {
    const lenient = await openReadable(() => openDamaged({ verify: false }));
    try {
      return await readAll({ proving, lenient });
    } finally {
      await lenient?.close();
    }
  } finally {
    await proving?.close();
  }
}

/** The last: this platform reads no pages that do not prove themselves. */
const UNREADABLE = [
  'DATABASE_KEY_OR_DAMAGE',
  'DATABASE_CORRUPT',
  'DATABASE_MISSING',
  'DATABASE_SQL',
  'DATABASE_OPTION_REFUSED',
] as const;

/** Null where not even the first page can be read this way. */
async function openReadable(open: () => Promise<DamagedDatabase>): Promise<DamagedDatabase | null> {
  try {
    return await open();
  } catch (error) {
    if (isCodedError(error, ...UNREADABLE)) return null;
    throw error;
  }
}

async function readAll(readers: {
  readonly proving: DamagedDatabase | null;
  readonly lenient: DamagedDatabase | null;
}): Promise<Salvaged> {
  const outbox = await readTable<OutboxPart>(
    readers,
    'outbox',
    'id, sequence, key, kind, author, state, body',
  );
  const records = await readTable<RecordPart>(readers, 'records', 'key, version_id, resource');
  const conflicts = await readTable<{ key: string; mine: string }>(readers, 'conflicts', 'key, mine');
  const superseded = await readTable<{ key: string; resource: string }>(
    readers,
    'superseded',
    'key, resource',
  );
  const byKey = new Map(records.rows.map((row) => [row.columns.key, row]));
  return {
    entries: outbox.rows.map((row) => {
      const { id, body, ...rest } = row.columns;
      const record = body === null ? byKey.get(rest.key) : undefined;
      const { resource, unproven } = readItem(row, body ?? record?.columns.resource ?? null);
      return {
        ...rest,
        mutationId: id,
        resource: rest.kind === 'delete' ? null : resource,
        unproven: unproven || record?.unproven === true,
      };
    }),
    conflicts: conflicts.rows.map((row) => ({ key: row.columns.key, ...readItem(row, row.columns.mine) })),
    superseded: superseded.rows.map((row) => ({
      key: row.columns.key,
      ...readItem(row, row.columns.resource),
    })),
    records: records.rows.map((row) => ({
      key: row.columns.key,
      versionId: row.columns.version_id,
      ...readItem(row, row.columns.resource),
    })),
    unreadable: [outbox, records, conflicts, superseded].reduce((sum, table) => sum + table.unreadable, 0),
  };
}

type OutboxPart = {
  readonly id: string;
  readonly sequence: number;
  readonly key: string;
  readonly kind: string;
  readonly author: string;
  readonly state: string;
  readonly body: string | null;
};

type RecordPart = { readonly key: string; readonly version_id: string | null; readonly resource: string };

/** The resource, or its text as it was found where it is no JSON any more. */
function readItem(row: SalvagedRow<Row>, text: string | null): Pick<SalvagedItem, 'resource' | 'unproven'> {
  if (text === null) return { resource: null, unproven: row.unproven };
  try {
    return { resource: JSON.parse(text) as unknown, unproven: row.unproven };
  } catch {
    return { resource: text, unproven: true };
  }
}
