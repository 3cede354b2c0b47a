import {
  compareNotes,
  compileNoteQuery,
  type Composition,
  matchesNote,
  noteDocument,
} from '@fieldchart/clinical';
import { expectedNotes, noteQueryArbitrary, notesArbitrary } from '@fieldchart/clinical/testing';
import type { KnownHere } from '@fieldchart/record-store';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { onlyOnServer } from './mergeFound.ts';

type OnDevice = 'as-it-is' | 'edited' | 'deleted' | 'aged-out' | 'not-here';

const hit = ({ id }: Pick<Composition, 'id'>) => ({ key: `Composition/${id}` });
const pagesOf = <Hit>(hits: readonly Hit[], size: number) =>
  Array.from({ length: Math.ceil(hits.length / size) }, (_, at) => hits.slice(at * size, (at + 1) * size));

/** What the server has, how the device stands to each, a question, and the size of a page. */
const scenes = notesArbitrary(20).chain((onServer) =>
  fc.record({
    onServer: fc.constant(onServer),
    states: fc.array(fc.constantFrom<OnDevice>('as-it-is', 'edited', 'deleted', 'aged-out', 'not-here'), {
      minLength: onServer.length,
      maxLength: onServer.length,
    }),
    // An unsent edit: the device's text is another one.
    edits: fc.array(notesArbitrary(1), { minLength: onServer.length, maxLength: onServer.length }),
    unsent: notesArbitrary(4),
    query: noteQueryArbitrary,
    size: fc.integer({ min: 1, max: 5 }),
  }),
);

type Scene = typeof scenes extends fc.Arbitrary<infer Value> ? Value : never;

function deviceOf({ onServer, states, edits, unsent }: Scene) {
  const notes: Composition[] = unsent.map((note) => ({ ...note, id: `unsent-${note.id}` }));
  const known = new Map<string, KnownHere>(notes.map((note) => [hit(note).key, 'here']));
  for (const [at, note] of onServer.entries()) {
    const state = states[at] ?? 'not-here';
    if (state === 'as-it-is' || state === 'edited') {
      const edit = edits[at]?.[0];
      notes.push(state === 'edited' && edit !== undefined ? { ...edit, id: note.id } : note);
      known.set(hit(note).key, 'here');
    } else if (state !== 'not-here') known.set(hit(note).key, state);
  }
  return { notes, known };
}

test('device and server together: each note once, the device decides on what it has, and both parts stand in the order of search', () => {
  fc.assert(
    fc.property(scenes, (scene) => {
      const { notes, known } = deviceOf(scene);
      const { onServer, query, size } = scene;
      const local = expectedNotes(notes, query);
      const pages = pagesOf(
        expectedNotes(onServer, query).map((id) => hit({ id })),
        size,
      );
      const below = onlyOnServer(pages, known).map(({ key }) => key.slice('Composition/'.length));

      const all = [...local, ...below];
      expect(new Set(all).size).toBe(all.length);
      const condition = compileNoteQuery(query);
      const silent = (id: string) => ['here', 'deleted'].includes(known.get(hit({ id }).key) ?? '');
      const missing = onServer.filter(
        (note) => matchesNote(noteDocument(note), condition) && !silent(note.id),
      );
      expect(below).toEqual(
        missing
          .map(noteDocument)
          .toSorted(compareNotes)
          .map(({ id }) => id),
      );
    }),
    { numRuns: 300 },
  );
});

test('no jump: a further page adds to the end alone; what the device gets meanwhile only leaves', () => {
  fc.assert(
    fc.property(scenes, fc.infiniteStream(fc.boolean()), (scene, gets) => {
      const { known } = deviceOf(scene);
      const pages = pagesOf(
        expectedNotes(scene.onServer, scene.query).map((id) => hit({ id })),
        scene.size,
      );
      let shown: readonly { readonly key: string }[] = [];
      for (let count = 1; count <= pages.length; count += 1) {
        const next = onlyOnServer(pages.slice(0, count), known);
        expect(next.slice(0, shown.length)).toEqual(shown);
        shown = next;
      }
      const got = new Set(shown.filter(() => gets.next().value === true).map(({ key }) => key));
      const later = new Map([...known, ...[...got].map((key) => [key, 'here'] as const)]);
      expect(onlyOnServer(pages, later)).toEqual(shown.filter(({ key }) => !got.has(key)));
    }),
    { numRuns: 200 },
  );
});

test('a note that moved between two pages stands once, where it was first', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((id) => hit({ id }));
  if (a === undefined || b === undefined || c === undefined) throw new Error('three hits');
  expect(
    onlyOnServer(
      [
        [a, b],
        [b, c, a],
      ],
      new Map(),
    ),
  ).toEqual([a, b, c]);
});
