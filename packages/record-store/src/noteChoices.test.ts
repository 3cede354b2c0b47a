import { afterEach, beforeEach, expect, test } from 'vitest';
import { CLIENT, note, openTestStore, patient } from './testing/storeFixture.ts';

let fixture: Awaited<ReturnType<typeof openTestStore>>;
beforeEach(async () => {
  fixture = await openTestStore();
});
afterEach(async () => await fixture.end());

const OTHER = '10000000-0000-4000-8000-000000000002';
const id = (at: number) => `30000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
const written = (at: number, clientId: string, author: string, display: string, type: string) => ({
  ...note({ data: 'calm' }, id(at), clientId),
  date: `2026-03-0${String(at)}T10:00:00Z`,
  author: [{ reference: `Practitioner/${author}`, display }],
  type: { coding: [{ system: 'http://loinc.org', code: type }], text: `Note ${type}` },
  meta: { versionId: '1', lastUpdated: '2026-03-01T00:00:00Z' },
});

test('notes can be narrowed to who wrote them and what they are, each once, by its newest words', async () => {
  await fixture.store.loadCaseload({
    resources: [
      patient(),
      patient('Bea', OTHER),
      written(1, CLIENT, 'p1', 'Ana Old', '11506-3'),
      written(2, CLIENT, 'p1', 'Ana New', '11488-4'),
      written(3, OTHER, 'p2', 'Bo', '11506-3'),
    ],
    cursor: 'e.1',
  });
  expect(await fixture.store.noteChoices(CLIENT)).toEqual({
    authors: [{ value: 'Practitioner/p1', label: 'Ana New' }],
    types: [
      { value: '11488-4', label: 'Note 11488-4' },
      { value: '11506-3', label: 'Note 11506-3' },
    ],
  });
  const all = await fixture.store.noteChoices();
  expect(all.authors.map(({ value }) => value)).toEqual(['Practitioner/p1', 'Practitioner/p2']);
  expect(await fixture.store.noteChoices('nobody')).toEqual({ authors: [], types: [] });
});
