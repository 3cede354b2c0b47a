/**
 * The schema, as forward-only steps: step n leads from `user_version` n to n + 1. A step that has left this
 * machine is never changed; a later one mends it.
 */
export const MIGRATIONS: readonly (readonly string[])[] = [
  [
    // The large column stands last: a list reads the others without walking through its overflow pages.
    `CREATE TABLE records (
      key TEXT NOT NULL PRIMARY KEY, type TEXT NOT NULL, client_id TEXT, status TEXT, author TEXT, date TEXT,
      revision INTEGER NOT NULL, version_id TEXT, server_time TEXT, resource TEXT NOT NULL)`,
    `CREATE INDEX records_client ON records (client_id, type, date)`,
    `CREATE INDEX records_unsigned ON records (client_id, author)
      WHERE type = 'Composition' AND status = 'preliminary'`,
    // The server's content that unsettled entries on a record derive from: the base of a three-way merge.
    `CREATE TABLE bases (key TEXT NOT NULL PRIMARY KEY, resource TEXT NOT NULL)`,
    `CREATE TABLE clients (
      client_id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, sort_name TEXT NOT NULL, search TEXT NOT NULL,
      birth_date TEXT, city TEXT, last_visit TEXT)`,
    `CREATE INDEX clients_name ON clients (sort_name, client_id)`,
    `CREATE INDEX clients_visit ON clients (last_visit DESC, client_id)`,
    `CREATE INDEX clients_birth ON clients (birth_date, client_id)`,
    // body NULL: the record itself. blocked: entries outside its group that its group still waits for.
    `CREATE TABLE outbox (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, key TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('create', 'update', 'delete')), author TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('waiting', 'attempted', 'parked', 'held')),
      group_id TEXT, barrier INTEGER NOT NULL, client_id TEXT, blocked INTEGER NOT NULL,
      draft INTEGER NOT NULL, draft_since INTEGER NOT NULL, ready_at INTEGER NOT NULL,
      batch_id TEXT, if_match TEXT, reason_code TEXT, reason_text TEXT, body TEXT)`,
    `CREATE INDEX outbox_key ON outbox (key, sequence)`,
    `CREATE INDEX outbox_state ON outbox (state, sequence)`,
    `CREATE INDEX outbox_client ON outbox (client_id, key)`,
    `CREATE INDEX outbox_group ON outbox (group_id) WHERE group_id IS NOT NULL`,
    // ready_at stands in no index: it changes at each keystroke.
    `CREATE INDEX outbox_next ON outbox (sequence) WHERE state = 'waiting' AND blocked = 0`,
    `CREATE INDEX outbox_draft ON outbox (draft) WHERE draft = 1`,
    `CREATE TABLE needs (
      entry TEXT NOT NULL, needed TEXT NOT NULL, PRIMARY KEY (entry, needed)) WITHOUT ROWID`,
    `CREATE INDEX needs_needed ON needs (needed)`,
    `CREATE TABLE receipts (
      sequence INTEGER PRIMARY KEY, mutation_id TEXT NOT NULL UNIQUE, key TEXT NOT NULL, kind TEXT NOT NULL,
      client_id TEXT, version_id TEXT NOT NULL, server_time TEXT NOT NULL)`,
    `CREATE INDEX receipts_key ON receipts (key, sequence)`,
    `CREATE TABLE conflicts (
      id INTEGER PRIMARY KEY, key TEXT NOT NULL, base TEXT, mine TEXT NOT NULL, theirs TEXT)`,
    `CREATE INDEX conflicts_key ON conflicts (key)`,
    // Pulled while an entry on the record has no outcome yet.
    `CREATE TABLE set_aside (
      key TEXT NOT NULL PRIMARY KEY, version_id TEXT NOT NULL, server_time TEXT NOT NULL, resource TEXT)`,
    `CREATE TABLE tombstones (
      key TEXT NOT NULL PRIMARY KEY, version_id TEXT NOT NULL, server_time TEXT NOT NULL)`,
    `CREATE TABLE positions (
      key TEXT NOT NULL PRIMARY KEY, section TEXT NOT NULL, selection_start INTEGER NOT NULL,
      selection_end INTEGER NOT NULL, scroll REAL NOT NULL)`,
    `CREATE TABLE sync_state (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)`,
    `CREATE TABLE clients_to_fetch (client_id TEXT NOT NULL PRIMARY KEY, next TEXT)`,
    `CREATE TABLE clients_to_erase (client_id TEXT NOT NULL PRIMARY KEY)`,
    `CREATE TABLE app_state (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)`,
  ],
  [
    // What this device writes down about itself, each link holding the hash of the one before.
    `CREATE TABLE audit_links (
      number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at TEXT NOT NULL, action TEXT NOT NULL,
      details TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL, sent INTEGER NOT NULL DEFAULT 0)`,
    `CREATE INDEX audit_links_unsent ON audit_links (number) WHERE sent = 0`,
  ],
  [
    // What the queue tells of an entry: how many edits it holds, and why it stands apart from the one before it.
    `ALTER TABLE outbox ADD COLUMN edits INTEGER NOT NULL DEFAULT 1`,
    `ALTER TABLE outbox ADD COLUMN apart TEXT NOT NULL DEFAULT 'first'`,
    // A conflict that a person has decided is kept, and holds nothing up.
    `ALTER TABLE conflicts ADD COLUMN decided INTEGER NOT NULL DEFAULT 0`,
    `CREATE INDEX conflicts_open ON conflicts (key) WHERE decided = 0`,
    // Texts that a mend, a decision or a withdrawn signature took the place of: never sent, never lost.
    `CREATE TABLE superseded (
      id INTEGER PRIMARY KEY, key TEXT NOT NULL, client_id TEXT, at INTEGER NOT NULL, resource TEXT NOT NULL)`,
    `CREATE INDEX superseded_client ON superseded (client_id)`,
    // Which changes were written together: a restored server receives them together again.
    `ALTER TABLE receipts ADD COLUMN group_id TEXT`,
    `ALTER TABLE receipts ADD COLUMN author TEXT NOT NULL DEFAULT ''`,
    // What was handed over when its client left the caseload. It says where it went, and nothing of the client.
    `CREATE TABLE handovers (
      id INTEGER PRIMARY KEY, mutation_id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, way TEXT NOT NULL,
      receipt TEXT NOT NULL, at TEXT NOT NULL)`,
    // Records to be held against a server that was restored from a backup, and what it has of each.
    `CREATE TABLE epoch_checks (
      key TEXT NOT NULL PRIMARY KEY, found_version TEXT, found_time TEXT, found_resource TEXT)`,
  ],
  [
    // What of an entry was last handed over for review: an edit that came later goes under an id of its own.
    `ALTER TABLE outbox ADD COLUMN submitted TEXT`,
  ],
  [
    // Records of which the review inbox has a text: what follows it names no version.
    `CREATE TABLE under_review (key TEXT NOT NULL PRIMARY KEY)`,
  ],
  [
    // Search. What the index holds of a note follows at a pause: noteIndex.ts says how.
    `CREATE TABLE notes (
      key TEXT NOT NULL PRIMARY KEY, place INTEGER UNIQUE, number INTEGER NOT NULL, analyser INTEGER NOT NULL)`,
    `CREATE INDEX notes_unindexed ON notes (number) WHERE analyser = 0`,
    `CREATE TABLE index_leftovers (place INTEGER PRIMARY KEY, resource TEXT NOT NULL)`,
    // No content, no tokeniser's opinion: what the analyser made, between spaces.
    // 3970: what a page of an encrypted file has left for one row.
    `CREATE VIRTUAL TABLE note_index USING fts5(text, content='', prefix='3', tokenize="ascii tokenchars '='")`,
    `INSERT INTO note_index (note_index, rank) VALUES ('pgsz', 3970)`,
    `INSERT INTO note_index (note_index, rank) VALUES ('secure-delete', 1)`,
    `CREATE TABLE client_names (
      key TEXT NOT NULL, client_id TEXT NOT NULL, PRIMARY KEY (key, client_id)) WITHOUT ROWID`,
    `CREATE INDEX client_names_client ON client_names (client_id)`,
    `ALTER TABLE clients ADD COLUMN analyser INTEGER NOT NULL DEFAULT 0`,
    `CREATE INDEX clients_unanalysed ON clients (client_id) WHERE analyser = 0`,
    `INSERT INTO notes (key, number, analyser)
      SELECT key, coalesce(unixepoch(date) * 1000, 0), 0 FROM records WHERE type = 'Composition'`,
  ],
  [
    // Records that the policy aged out: which version of them was known here, and nothing of what they say.
    `CREATE TABLE aged_out (
      key TEXT NOT NULL PRIMARY KEY, type TEXT NOT NULL, client_id TEXT NOT NULL, status TEXT, date TEXT,
      version_id TEXT NOT NULL, server_time TEXT NOT NULL)`,
    `CREATE INDEX aged_out_client ON aged_out (client_id, type, date)`,
    // Clients whose older records were asked for again; until: by the server's clock, NULL while they are on their way.
    `CREATE TABLE fetched_back (client_id TEXT NOT NULL PRIMARY KEY, until TEXT)`,
    // Clients to be looked through for what has aged out.
    `CREATE TABLE clients_to_age (client_id TEXT NOT NULL PRIMARY KEY)`,
  ],
  [
    // Which programs, people and diagnoses a list of clients can be narrowed to, each by the record that says so.
    `CREATE TABLE client_groups (
      key TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, label TEXT NOT NULL, client_id TEXT NOT NULL,
      PRIMARY KEY (key, kind, value)) WITHOUT ROWID`,
    `CREATE INDEX client_groups_value ON client_groups (kind, value, client_id)`,
    // What is here already is grouped beside the work.
    `UPDATE clients SET analyser = 0`,
  ],
  [
    // What a search reads of the notes that it finds, in the order of the index and without the notes themselves.
    `CREATE UNIQUE INDEX notes_order ON notes (place, number, key)`,
    // Each word of the index once: indexWords.ts says what for.
    `CREATE TABLE index_words (word TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID`,
    // The index is made anew, with its words, beside the work.
    `DELETE FROM sync_state WHERE name = 'analyser'`,
  ],
  [
    // The index's parts are merged by indexNotes.ts; FTS5 itself steps in only where that was never done.
    `INSERT INTO note_index (note_index, rank) VALUES ('automerge', 0)`,
    `INSERT INTO note_index (note_index, rank) VALUES ('crisismerge', 256)`,
  ],
];

/** The `user_version` that the last step leads to: a database above it was written by a newer app. */
export const NEWEST_SCHEMA = MIGRATIONS.length;
