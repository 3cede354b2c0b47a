import { referencesOf, type ResourceKey } from '@fieldchart/clinical';
import { type EpochFinding, isDoubt, isLost } from './epochFinding.ts';
import { settleEpochUnit } from './epochUnit.ts';
import type { ChangeDeps } from './recordChange.ts';
import type { EpochDoubt, RecordStore } from './recordStore.ts';
import { parseResource } from './rows.ts';
import { createTouched } from './touched.ts';

type EpochChange = Pick<RecordStore, 'beginEpochChange' | 'epochDoubts' | 'endEpochChange'>;

/**
 * Each record under examination, as it stands here and there, with our first and latest receipt on it. Of a client who is
 * still to be fetched nobody knows what is there: where access has ended meanwhile, the feed says so next.
 */
const FINDINGS = `SELECT c.key, c.found_version, c.found_time, c.found_resource,
    r.version_id, r.server_time, r.resource, t.mutation_id, t.version_id AS receipt_version, t.author,
    (SELECT min(sequence) FROM receipts WHERE key = c.key) AS first_sequence
  FROM epoch_checks c JOIN records r ON r.key = c.key
  LEFT JOIN receipts t ON t.sequence = (SELECT max(sequence) FROM receipts WHERE key = c.key)
  WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.key = c.key AND o.state = 'attempted')
    AND (r.client_id IS NULL OR r.client_id NOT IN (SELECT client_id FROM clients_to_fetch))
  ORDER BY first_sequence IS NULL, first_sequence`;

/** What the server has exactly as it is here needs no look: with a large caseload nearly everything. */
const FORGET_SAME = `DELETE FROM epoch_checks WHERE EXISTS (SELECT 1 FROM records r
  WHERE r.key = epoch_checks.key AND r.version_id = found_version AND r.server_time = found_time)`;

/** The half of the store that meets a server restored from a backup: what it acknowledged and lost is sent again. */
export function createEpochChange({ database, clock, random, announcer }: ChangeDeps): EpochChange {
  return {
    async beginEpochChange() {
      await database.batch([
        { sql: "DELETE FROM sync_state WHERE name = 'cursor'" },
        // The opening says anew whom to fetch: of who is gone from there nothing ever comes.
        { sql: 'DELETE FROM clients_to_fetch' },
        // Everything is read again: what the server still has of it ages out anew, and is known by its present version.
        { sql: 'DELETE FROM aged_out' },
        // Of a second restore before the first is settled: what was found then counts no more.
        { sql: 'DELETE FROM epoch_checks' },
        { sql: 'INSERT INTO epoch_checks (key) SELECT key FROM records WHERE version_id IS NOT NULL' },
      ]);
    },

    async epochDoubts() {
      await database.batch([{ sql: FORGET_SAME }]);
      const findings = await database.all<EpochFinding>(FINDINGS);
      return findings.flatMap((finding): readonly EpochDoubt[] =>
        finding.mutation_id !== null && isDoubt(finding)
          ? [{ key: finding.key, mutationId: finding.mutation_id }]
          : [],
      );
    },

    async endEpochChange(lacking) {
      await database.batch([{ sql: FORGET_SAME }]);
      const findings = await database.all<EpochFinding>(FINDINGS);
      if (findings.length === 0) return;
      const together = await database.all<{ key: string; group_id: string }>(
        `SELECT DISTINCT key, group_id FROM receipts
         WHERE group_id IS NOT NULL AND key IN (SELECT key FROM epoch_checks)`,
      );
      for (const unit of inOrder(unitsOf(findings, together, lacking))) {
        const touched = createTouched();
        // One unit a transaction: a kill in between goes on at the next.
        await database.transaction(async (transaction) => {
          await settleEpochUnit({ transaction, touched, random, now: clock.now() }, unit, lacking);
        });
        announcer.announce(touched);
      }
    },
  };
}

/** What the server lost of ours and what was once written together goes again together (O6); everything else alone. */
export function unitsOf(
  findings: readonly EpochFinding[],
  together: readonly { readonly key: string; readonly group_id: string }[],
  lacking: ReadonlySet<ResourceKey>,
): readonly (readonly EpochFinding[])[] {
  const unitByKey = new Map(findings.map((finding) => [finding.key, [finding]]));
  const place = new Map(findings.map((finding, at) => [finding, at]));
  const firstOfGroup = new Map<string, EpochFinding[]>();
  for (const { key, group_id: group } of together) {
    const unit = unitByKey.get(key);
    if (unit?.every((finding) => isLost(finding, lacking)) !== true) continue;
    const other = firstOfGroup.get(group);
    if (other === undefined || other === unit) {
      firstOfGroup.set(group, unit);
      continue;
    }
    const joined = [...other, ...unit].toSorted((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
    for (const finding of joined) unitByKey.set(finding.key, joined);
    for (const [name, first] of firstOfGroup)
      if (first === other || first === unit) firstOfGroup.set(name, joined);
    firstOfGroup.set(group, joined);
  }
  return [...new Set(unitByKey.values())];
}

/** What others refer to first: an entry waits only for creates that were queued before it (O3). */
function inOrder(units: readonly (readonly EpochFinding[])[]): readonly (readonly EpochFinding[])[] {
  const unitByKey = new Map(units.flatMap((unit) => unit.map(({ key }) => [key, unit] as const)));
  const ordered = new Set<readonly EpochFinding[]>();
  const seen = new Set<readonly EpochFinding[]>();
  const visit = (unit: readonly EpochFinding[]) => {
    if (seen.has(unit)) return;
    seen.add(unit);
    for (const { resource } of unit) {
      for (const reference of referencesOf(parseResource(resource))) {
        const other = unitByKey.get(reference);
        if (other !== undefined) visit(other);
      }
    }
    ordered.add(unit);
  };
  for (const unit of units) visit(unit);
  return [...ordered];
}
