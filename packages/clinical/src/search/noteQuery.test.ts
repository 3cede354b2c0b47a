import { expect, test } from 'vitest';
import type { Composition } from '../fhir/documents.ts';
import { createNote, withNoteSections } from '../notes/note.ts';
import { noteDocument } from './noteDocument.ts';
import { compareNotes, compileNoteQuery, matchesNote, type NoteQuery } from './noteQuery.ts';

const note = (data: string, plan = '') =>
  withNoteSections(
    createNote({
      id: 'n1',
      clientId: 'C-1.x',
      encounterId: 'e1',
      practitionerId: 'p1',
      practitionerName: 'P',
      organizationId: 'o1',
      format: 'DAP',
      title: 'Progress note',
      now: Date.UTC(2026, 2, 1),
    }),
    { data, '18776-5': plan },
  );

const finds = (query: string | NoteQuery, data: string, plan?: string) =>
  matchesNote(
    noteDocument(note(data, plan)),
    compileNoteQuery(typeof query === 'string' ? { text: query } : query),
  );

const ENGLISH = 'She has been running from the dogs and was crying at night.';
const SPANISH = 'La niña estuvo llorando por la noche y no quiere ir con su madre.';

test.each([
  ['ran ', false],
  ['runs ', true],
  ['cried night ', true],
  ['night cried ', true],
  ['lloró ', false],
])('in an English note, %j: %s', (query, expected) => {
  expect(finds(query, ENGLISH)).toBe(expected);
});

test.each([
  ['lloró ', true],
  ['ninas ', true],
  ['NOCHES llorar ', true],
  ['runs ', false],
])('in a Spanish note, %j: %s', (query, expected) => {
  expect(finds(query, SPANISH)).toBe(expected);
});

test('a note of both languages is found by the forms of either', () => {
  const both = `${ENGLISH} Her words: "${SPANISH}"`;
  expect(finds('cried lloró ', both)).toBe(true);
});

test('a stem of the other language finds nothing that nobody meant', () => {
  expect(finds('casa ', 'The case was with the court and she has not been told of it.')).toBe(false);
});

test('the last word is also the beginning of one while nothing follows it', () => {
  expect(finds('cryi', ENGLISH)).toBe(true);
  expect(finds('nigh', ENGLISH)).toBe(true);
  expect(finds('nigh ', ENGLISH)).toBe(false);
  expect(finds('nigh cry', ENGLISH)).toBe(false);
  expect(finds('ni', ENGLISH)).toBe(false);
});

test('in quotes, words stand side by side, as they are, within one section', () => {
  expect(finds('"crying at night"', ENGLISH)).toBe(true);
  expect(finds('"cried at night"', ENGLISH)).toBe(false);
  expect(finds('"night crying"', ENGLISH)).toBe(false);
  expect(finds('"one two"', 'and one', 'two of them')).toBe(false);
});

test('a quote that is not closed is still being typed', () => {
  expect(finds('"crying at ni', ENGLISH)).toBe(true);
  expect(finds('"crying at ni"', ENGLISH)).toBe(false);
  expect(finds('"crying at ni ', ENGLISH)).toBe(false);
});

test('words joined by a sign are one: codes, hyphens', () => {
  expect(finds('F41.1', 'Diagnosis F41.1 confirmed')).toBe(true);
  expect(finds('F41.1', 'F41 and 1')).toBe(false);
  expect(finds('self-ha', 'No self-harm')).toBe(true);
});

test('signs alone ask for nothing, and every note answers', () => {
  expect(compileNoteQuery({ text: ' … "" (*) OR' }).clauses).toHaveLength(1);
  expect(finds('… "" (*) ', ENGLISH)).toBe(true);
});

test('filters hold for what the note is, and no word of it can stand for one', () => {
  const query = { text: '' };
  expect(finds({ ...query, clientId: 'C-1.x' }, '')).toBe(true);
  expect(finds({ ...query, clientId: 'c-1.x' }, '')).toBe(false);
  expect(finds({ ...query, author: 'Practitioner/p1', statuses: ['final', 'preliminary'] }, '')).toBe(true);
  expect(finds({ ...query, statuses: ['final'] }, 'status=final')).toBe(false);
  expect(finds({ ...query, type: '11506-3' }, '')).toBe(true);
  expect(finds({ ...query, from: '2026-03-01', before: '2026-03-02' }, '')).toBe(true);
  expect(finds({ ...query, before: '2026-03-01' }, '')).toBe(false);
});

test('a word that is said more often than is kept leaves the places of the others as they are', () => {
  expect(finds('"again the end"', `${'again '.repeat(400)}the end`)).toBe(false);
  expect(finds('"the end"', `${'again '.repeat(400)}the end`)).toBe(true);
  expect(finds('again ', `${'again '.repeat(400)}the end`)).toBe(true);
});

test('whatever is written into a note, its words and stems stay below the limits of the databases', () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const long = Array.from({ length: 16_000 }, (_, at) => `${String(at)}${letters}`).join(' ');
  const worst: Composition = {
    ...note(long),
    type: { coding: Array.from({ length: 5000 }, (_, at) => ({ code: `${String(at)}${'ñ'.repeat(3000)}` })) },
  };
  const { words, terms } = noteDocument(worst);
  const bytes = [...words, ...terms].reduce((sum, text) => sum + (text?.length ?? 0) * 3, 0);
  expect(bytes).toBeLessThan(1_000_000);
  expect(Math.max(...terms.map((term) => term.length))).toBeLessThan(2000);
});

test('a long text is searched by its beginning', () => {
  const { clauses } = compileNoteQuery({ text: `"${'a '.repeat(50_000)}"` });
  expect(clauses).toHaveLength(1);
  expect(JSON.stringify(clauses).length).toBeLessThan(3000);
});

test('answers stand newest first, then by id', () => {
  const rows = [
    { number: 1, id: 'b' },
    { number: 2, id: 'a' },
    { number: 1, id: 'c' },
  ];
  expect(rows.toSorted(compareNotes).map(({ id }) => id)).toEqual(['a', 'c', 'b']);
});
