import type { FhirResource } from '@fieldchart/clinical';
import { sql } from 'kysely';
import type { Database } from '../storage/openStorage.ts';
import { ANALYSED_TYPES, searchDocument } from './searchDocument.ts';
import { notAnalysed } from './searchPage.ts';

interface StoredRow {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly body: FhirResource;
}

/**
 * Analyses up to `most` rows that this version of the analyser has not seen; resolves with how many there were. The
 * analysis holds no lock. Rows are then written in one statement, those alone that nobody is writing and that are of
 * the version that was read: who writes a row analyses it anyway, and neither waits for the other.
 */
export async function analyseStored(db: Database, most: number): Promise<number> {
  for (const type of ANALYSED_TYPES) {
    const { rows } = await sql<StoredRow>`select type, id, version, body from resource
      where ${notAnalysed(type)} limit ${most}`.execute(db);
    if (rows.length === 0) continue;
    const documents = rows.map(({ id, version, body }) => ({ id, version, ...searchDocument(body) }));
    await sql`with
      document as (select * from jsonb_to_recordset(${JSON.stringify(documents)}::jsonb) as d(
        id text, version integer, note_number bigint, note_words tsvector, client_line text, client_sort text,
        client_keys jsonb, client_groups jsonb, analyser integer)),
      free as (select resource.type, resource.id, resource.version from resource
        join document on document.id = resource.id and document.version = resource.version
        where resource.type = ${type} for update of resource skip locked)
      update resource set note_number = document.note_number, note_words = document.note_words,
        client_line = document.client_line, client_sort = document.client_sort,
        client_keys = array(select jsonb_array_elements_text(document.client_keys)),
        client_groups = array(select jsonb_array_elements_text(document.client_groups)), analyser = document.analyser
      from document join free on free.id = document.id
      where resource.type = ${type} and resource.id = document.id and resource.version = document.version`.execute(
      db,
    );
    return rows.length;
  }
  return 0;
}
