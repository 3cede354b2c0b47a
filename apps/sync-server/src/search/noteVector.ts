import type { NoteClause, NoteDocument } from '@fieldchart/clinical';

// The analyser's words and terms as PostgreSQL's own text of a tsvector and a tsquery: no parser and no dictionary of
// its configuration sees them.

/** A note's words with their places, and its terms without: the text of a `tsvector`. */
export function noteVector({ words, terms }: Pick<NoteDocument, 'words' | 'terms'>): string {
  const places = new Map<string, number[]>();
  for (const [at, word] of words.entries()) {
    if (word === null) continue;
    const known = places.get(word);
    if (known === undefined) places.set(word, [at + 1]);
    else known.push(at + 1);
  }
  return [...[...places].map(([word, at]) => `${quoted(word)}:${at.join(',')}`), ...terms.map(quoted)].join(
    ' ',
  );
}

/** What all of these clauses ask: the text of a `tsquery`; undefined where nothing is asked. */
export function noteVectorQuery(clauses: readonly NoteClause[]): string | undefined {
  if (clauses.length === 0) return undefined;
  return clauses.map((clause) => `(${clauseText(clause)})`).join(' & ');
}

function clauseText(clause: NoteClause): string {
  if (clause.kind === 'phrase') {
    const last = clause.words.length - 1;
    return clause.words
      .map((word, at) => `${quoted(word)}${clause.open && at === last ? ':*' : ''}`)
      .join(' <-> ');
  }
  return [
    ...clause.terms.map(quoted),
    ...(clause.prefix === null ? [] : [`${quoted(clause.prefix)}:*`]),
  ].join(' | ');
}

function quoted(lexeme: string): string {
  return `'${lexeme.replaceAll(/['\\]/gu, '$&$&')}'`;
}
