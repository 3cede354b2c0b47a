import { databaseError } from './databaseErrors.ts';
import type { SqliteConnection } from './sqliteConnection.ts';

/** The write-ahead log as it lies beside the database. */
export interface JournalFile {
  /** All its bytes; none where there is no file. */
  readonly bytes: Uint8Array;
  /** Keeps the bytes aside: what SQLite cannot read of them is not its to delete. */
  keep(): void | Promise<void>;
}

/**
 * `application_id` says whether the database is open. It is brought into the file itself at once, and from then on
 * until the database is closed a log with at least one frame lies beside it, whatever kills the process: an open
 * mark without such a log says that the log was lost.
 */
const [OPEN, CLOSED] = [0x4643_6f70, 0x4643_636c];
const HEADER = 32;
const FRAME_HEADER = 24;
const LEAST_PAGE = 512;

/** Rejects DATABASE_JOURNAL_LOST where commits stood in the log that it does not give back. Then marks the file as open. */
export async function beginJournal(
  connection: SqliteConnection,
  { acceptLostJournal, journal }: { acceptLostJournal: boolean; journal: JournalFile },
): Promise<void> {
  const [mark] = await connection.all('PRAGMA application_id', []);
  const wasOpen = mark?.['application_id'] === OPEN;
  const missing = wasOpen && journal.bytes.length < HEADER + FRAME_HEADER + LEAST_PAGE;
  const damaged = wasOpen && !missing && holdsMoreThan(journal.bytes, await readFrames(connection));
  if (damaged) await journal.keep();
  if ((missing || damaged) && !acceptLostJournal) {
    throw databaseError('DATABASE_JOURNAL_LOST', missing ? 'missing' : 'damaged');
  }
  await connection.all(`PRAGMA application_id = ${OPEN}`, []);
  await connection.all('PRAGMA wal_checkpoint(PASSIVE)', []);
}

/** Marks the file as closed, and empties the log into it. */
export async function endJournal(connection: SqliteConnection): Promise<void> {
  await connection.all(`PRAGMA application_id = ${CLOSED}`, []);
  await connection.all('PRAGMA wal_checkpoint(TRUNCATE)', []);
}

/** How many frames of the log SQLite accepted. */
async function readFrames(connection: SqliteConnection): Promise<number> {
  const [checkpoint] = await connection.all('PRAGMA wal_checkpoint(PASSIVE)', []);
  return Number(checkpoint?.['log'] ?? 0);
}

/**
 * Whether a log holds commits after its first `accepted` frames that a crash alone does not explain. A crash leaves at
 * most one transaction half written, since each is synced before the next one begins: two commits of the same round of
 * the log after the last good frame mean that a frame between went bad. Frames of earlier rounds carry other salts. To
 * fill a sector SQLite writes a commit's last frame a second time: two alike in a row count as one.
 */
export function holdsMoreThan(log: Uint8Array, accepted: number): boolean {
  if (log.length < HEADER + FRAME_HEADER) return false;
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength);
  if (accepted === 0 && !isHeaderWhole(view)) return true;
  const frame = FRAME_HEADER + view.getUint32(8);
  const first = HEADER + accepted * frame;
  if (first > log.length) return false;
  const commitAt = (at: number) => `${String(view.getUint32(at))} ${String(view.getUint32(at + 4))}`;
  let commits = 0;
  let filled = accepted === 0 ? '' : commitAt(first - frame);
  for (let at = first; at + frame <= log.length; at += frame) {
    const sameRound =
      view.getUint32(at + 8) === view.getUint32(16) && view.getUint32(at + 12) === view.getUint32(20);
    if (!sameRound || view.getUint32(at + 4) === 0) {
      filled = '';
      continue;
    }
    if (commitAt(at) === filled) filled = '';
    else {
      commits += 1;
      filled = commitAt(at);
    }
  }
  return commits > 1;
}

/** The checksum of the log's header (https://sqlite.org/fileformat2.html#walformat). */
function isHeaderWhole(view: DataView): boolean {
  const littleEndian = (view.getUint32(0) & 1) === 0;
  let [first, second] = [0, 0];
  for (let at = 0; at < 24; at += 8) {
    first = (first + view.getUint32(at, littleEndian) + second) >>> 0;
    second = (second + view.getUint32(at + 4, littleEndian) + first) >>> 0;
  }
  return view.getUint32(24) === first && view.getUint32(28) === second;
}
