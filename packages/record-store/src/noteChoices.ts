import { type Composition, noteFacts } from '@fieldchart/clinical';
import type { Database } from '@fieldchart/encrypted-sqlite';
import type { NoteChoice, NoteChoices } from './search.ts';
import { parseResource } from './rows.ts';

/** Who wrote and what kinds there are is said by the newest notes: all of them would be read for the same few. */
const LOOKED_AT = 1000;

const NEWEST = `SELECT r.resource FROM (SELECT key, place FROM notes ORDER BY place DESC LIMIT ?) n
  JOIN records r ON r.key = n.key ORDER BY n.place DESC`;
const NEWEST_OF_CLIENT = `SELECT resource FROM records WHERE client_id = ? AND type = 'Composition'
  ORDER BY date DESC LIMIT ?`;

/** What notes can be narrowed to: authors and types of the newest, each once, by its words. */
export async function noteChoices(database: Database, clientId?: string): Promise<NoteChoices> {
  const rows = await database.all<{ resource: string }>(
    clientId === undefined ? NEWEST : NEWEST_OF_CLIENT,
    clientId === undefined ? [LOOKED_AT] : [clientId, LOOKED_AT],
  );
  const authors = new Map<string, string>();
  const types = new Map<string, string>();
  for (const { resource } of rows) {
    const note = parseResource(resource) as Composition;
    const { author } = noteFacts(note);
    // Newest first: a name stands as it was given last.
    if (author !== undefined && !authors.has(author)) authors.set(author, note.author[0]?.display ?? author);
    for (const { code, display } of note.type.coding ?? []) {
      if (code !== undefined && !types.has(code)) types.set(code, note.type.text ?? display ?? code);
    }
  }
  return { authors: byLabel(authors), types: byLabel(types) };
}

function byLabel(labels: ReadonlyMap<string, string>): NoteChoice[] {
  return [...labels]
    .map(([value, label]) => ({ value, label }))
    .toSorted((a, b) => a.label.localeCompare(b.label) || (a.value < b.value ? -1 : 1));
}
