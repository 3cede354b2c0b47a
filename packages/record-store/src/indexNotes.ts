import { ANALYSER_VERSION, type Composition, noteDocument, type NoteDocument } from '@fieldchart/clinical';
import type { Database, Statement } from '@fieldchart/encrypted-sqlite';
import { isCodedError, type Timers } from '@fieldchart/foundation';
import { indexClients } from './clientIndex.ts';
import { keepWords } from './indexWords.ts';
import { dayOf, dayOfPlace, firstPlaceOf, indexText, outStatements } from './noteIndex.ts';
import { parseResource } from './rows.ts';
import { type Announcer, createTouched } from './touched.ts';

/** Milliseconds without a commit after which the index follows, and between two portions of it. */
const PAUSE = 2_000;
const BETWEEN = 15;
/** Milliseconds after which it follows although commits go on, as while a caseload is being received. */
const LATEST = 20_000;
/** Milliseconds until a storage that refused is asked again. */
const REFUSED = 30_000;
/** Notes in one commit: what a keystroke that comes meanwhile waits for. More of them are indexed sooner in all. */
const PORTION = 8;
/** Clients in one commit: the keys of a name lie all over their table, some thirty pages a client. */
const CLIENTS = 2;

/**
 * Each commit adds a part to the index, and parts are merged for the sake of the searches. Left to itself FTS5 merges as
 * much as there is in the commit that comes upon it, more of it the larger the index; here it goes on from where it was
 * left, so many pages at a time, in a commit of its own. https://sqlite.org/fts5.html#the_merge_command
 */
const mergeParts: Statement = { sql: "INSERT INTO note_index (note_index, rank) VALUES ('merge', 16)" };

type StaleRow = {
  readonly key: string;
  readonly place: number | null;
  readonly revision: number;
  readonly resource: string;
  readonly indexed: string | null;
};

/**
 * Brings a portion of the notes into the index, newest first. Answers how many; 0: the index holds all. A note that
 * moves meanwhile undoes the portion, and is taken again later.
 */
export async function indexPortion(database: Database, portion = PORTION): Promise<number> {
  const rows = await database.all<StaleRow>(
    `SELECT n.key, n.place, r.revision, r.resource, l.resource AS indexed
     FROM notes n JOIN records r ON r.key = n.key LEFT JOIN index_leftovers l ON l.place = n.place
     WHERE n.analyser = 0 ORDER BY n.number DESC LIMIT ${portion}`,
  );
  if (rows.length === 0) return 0;
  const taken = new Map<number, number>();
  const statements: Statement[] = [];
  const documents: NoteDocument[] = [];
  for (const row of rows) {
    const document = noteDocument(parseResource(row.resource) as Composition);
    const day = dayOf(document.number);
    const place =
      row.place !== null && dayOfPlace(row.place) === day ? row.place : await freePlace(database, day, taken);
    if (row.place !== null && row.indexed !== null)
      statements.push(...outStatements(row.place, row.indexed, document));
    documents.push(document);
    statements.push(
      {
        sql: `UPDATE notes SET place = ?, number = ?, analyser = ${ANALYSER_VERSION}
              WHERE key = ? AND analyser = 0 AND place IS ?
                AND (SELECT revision FROM records WHERE records.key = notes.key) = ?`,
        params: [place, document.number, row.key, row.place, row.revision],
        expectChanges: 1,
      },
      {
        sql: 'INSERT INTO note_index (rowid, text) VALUES (?, ?)',
        params: [place, indexText(document)],
      },
    );
  }
  await database.batch([...statements, keepWords(documents)]);
  await database.batch([mergeParts]);
  return rows.length;
}

/** The first place after the day's last one. */
async function freePlace(database: Database, day: number, taken: Map<number, number>): Promise<number> {
  const known = taken.get(day);
  const [row] =
    known === undefined
      ? await database.all<{ last: number | null }>(
          'SELECT max(place) AS last FROM notes WHERE place >= ? AND place < ?',
          [firstPlaceOf(day), firstPlaceOf(day + 1)],
        )
      : [{ last: known }];
  const last = row?.last ?? null;
  const place = last === null ? firstPlaceOf(day) : last + 1;
  taken.set(day, place);
  return place;
}

/**
 * Keeps the index behind the records, beside the work: at a pause after a commit, in small portions. The returned
 * function ends it.
 */
export function startIndexing(options: {
  readonly database: Database;
  readonly timers: Timers;
  readonly announcer: Announcer;
}): () => void {
  const { database, timers, announcer } = options;
  let next: (() => void) | undefined;
  let latest: (() => void) | undefined;
  let running = false;
  let moved = false;
  let stopped = false;

  const cancel = () => {
    next?.();
    latest?.();
    next = undefined;
    latest = undefined;
  };
  const later = (milliseconds: number) => {
    next?.();
    if (!stopped) next = timers.after(milliseconds, follow);
  };
  const pause = () => {
    later(PAUSE);
    if (!stopped) latest ??= timers.after(LATEST, follow);
  };
  function follow() {
    cancel();
    running = true;
    moved = false;
    indexClients(database, CLIENTS)
      .then(async (clients) => (clients > 0 ? clients : await indexPortion(database)))
      .then(
        (indexed) => {
          if (indexed === 0) announcer.announce({ ...createTouched(), indexed: true });
          else if (moved) pause();
          else later(BETWEEN);
        },
        (error: unknown) => {
          if (isCodedError(error, 'DATABASE_GUARD')) pause();
          else later(REFUSED);
        },
      )
      .finally(() => {
        running = false;
      });
  }
  const stop = announcer.onCommit((commit) => {
    if (commit.indexed === true) return;
    if (running) moved = true;
    else pause();
  });
  pause();
  return () => {
    stopped = true;
    cancel();
    stop();
  };
}
