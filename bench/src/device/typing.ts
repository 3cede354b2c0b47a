import { type Composition, NOTE_FORMATS, createNote, withNoteSections } from '@fieldchart/clinical';
import type { Database } from '@fieldchart/encrypted-sqlite';
import { type Random, randomUuid } from '@fieldchart/foundation';
import type { RecordStore } from '@fieldchart/record-store';

/** Keystrokes into one note until the next visit's note is begun. */
const NOTE_LENGTH = 500;

const STANDING =
  'Client arrived on time and reported that the week had been uneven, with two poor nights and one good day. ';

/** A writer at work in one database, and the baseline's row beside it. */
export interface Typist {
  /** One keystroke through the store, as the note editor commits it; milliseconds until durable. */
  keystroke(): Promise<number>;
  /** One row of about the same size updated and committed in the unencrypted database. */
  plainCommit(): Promise<number>;
}

/**
 * Types into the record store note after note. Each note is begun as the app begins one, and left and reopened after
 * a while, so that the slow first keystroke after reopening is among the samples.
 */
export async function createTypist(options: {
  readonly store: RecordStore;
  /** Unencrypted, with a table `notes (key, resource)` of as many notes. */
  readonly plain: Database;
  readonly practitionerId: string;
  readonly random: Random;
  readonly now: () => number;
  readonly elapsed: () => number;
}): Promise<Typist> {
  const { store, plain, random, elapsed, practitionerId } = options;
  const [client] = await store.database.all<{ client_id: string }>(
    'SELECT client_id FROM clients ORDER BY client_id LIMIT 1 OFFSET (SELECT count(*) / 2 FROM clients)',
  );
  const [row] = await plain.all<{ key: string }>(
    'SELECT key FROM notes ORDER BY key LIMIT 1 OFFSET (SELECT count(*) / 2 FROM notes)',
  );
  if (client === undefined || row === undefined) throw new Error('There are no notes to type into');
  const clientId = client.client_id;
  const plainKey = row.key;

  const beginNote = async () => {
    const blank = createNote({
      id: randomUuid(random),
      clientId,
      encounterId: randomUuid(random),
      practitionerId,
      practitionerName: 'Bench Clinician',
      organizationId: 'bench',
      format: 'DAP',
      title: 'Progress note',
      now: options.now(),
    });
    const { section, note } = withStandingText(blank);
    const { revision } = await store.recordChange(
      { resource: note, basedOn: 0, typing: true },
      practitionerId,
    );
    return { section, note, revision, typed: STANDING };
  };

  let at = 0;
  let open = await beginNote();
  let size = 0;
  let commits = 0;

  return {
    async keystroke() {
      at += 1;
      if (at % NOTE_LENGTH === 0) {
        await store.settle(`Composition/${open.note.id}`);
        open = await beginNote();
      } else if (at % NOTE_LENGTH === NOTE_LENGTH / 2) {
        await store.settle(`Composition/${open.note.id}`);
      }
      const typed = open.typed + String.fromCharCode(97 + (at % 26));
      const start = elapsed();
      const resource = withNoteSections(open.note, { [open.section]: typed });
      const position = {
        section: open.section,
        selectionStart: typed.length,
        selectionEnd: typed.length,
        scroll: 0,
      };
      const { revision } = await store.recordChange(
        { resource, basedOn: open.revision, typing: true, position },
        practitionerId,
      );
      const took = elapsed() - start;
      open = { ...open, note: resource, revision, typed };
      size = JSON.stringify(resource).length;
      return took;
    },

    async plainCommit() {
      // SQLite does not write a page whose content stays the same.
      commits += 1;
      const resource = String.fromCharCode(97 + (commits % 26)).repeat(size);
      const start = elapsed();
      await plain.batch([
        {
          sql: 'UPDATE notes SET resource = ? WHERE key = ?',
          params: [resource, plainKey],
          expectChanges: 1,
        },
      ]);
      return elapsed() - start;
    },
  };
}

/** The section typed into, and about a kilobyte in the others, as a note half written has. */
function withStandingText(blank: Composition): { readonly section: string; readonly note: Composition } {
  const [first, ...others] = NOTE_FORMATS.DAP.sections.map(({ code }) => code);
  if (first === undefined) throw new Error('The note has no sections');
  const texts = Object.fromEntries(others.map((code) => [code, STANDING.repeat(5)]));
  return { section: first, note: withNoteSections(blank, { ...texts, [first]: STANDING }) };
}

/** Timings of one database, by the order in which they were taken. */
export interface Typed {
  readonly keystrokes: number[];
  readonly plain: number[];
}

/**
 * Takes one keystroke and one plain commit of every database in turn: whatever else the machine does meanwhile
 * falls on all of them alike.
 */
export async function typeInTurn(typists: readonly Typist[], samples: number): Promise<readonly Typed[]> {
  const all = typists.map((): Typed => ({ keystrokes: [], plain: [] }));
  const warmUp = Math.min(Math.ceil(samples / 10), 100);
  for (let round = -warmUp; round < samples; round += 1) {
    for (const [at, typist] of typists.entries()) {
      const keystroke = await typist.keystroke();
      const plain = await typist.plainCommit();
      if (round < 0) continue;
      all[at]?.keystrokes.push(keystroke);
      all[at]?.plain.push(plain);
    }
  }
  return all;
}
