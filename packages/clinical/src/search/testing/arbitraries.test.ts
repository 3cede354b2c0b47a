import fc from 'fast-check';
import { expect, test } from 'vitest';
import { validateResource } from '../../fhir/resources.ts';
import { patientsArbitrary, visitsArbitrary } from './clientArbitrary.ts';
import { expectedNotes } from './expectedAnswers.ts';
import { noteQueryArbitrary, notesArbitrary } from './noteArbitrary.ts';

test('what the law of search is tested with is FHIR', () => {
  const chart = patientsArbitrary.chain((patients) =>
    fc.tuple(fc.constant(patients), visitsArbitrary(patients), notesArbitrary(20)),
  );
  fc.assert(
    fc.property(chart, ([patients, visits, notes]) => {
      for (const one of [...patients, ...visits, ...notes]) {
        expect(validateResource(one), JSON.stringify(one)).toMatchObject({ ok: true });
      }
    }),
    { numRuns: 50 },
  );
});

test('its questions find some notes and leave some out', () => {
  const found = fc
    .sample(fc.tuple(notesArbitrary(40), noteQueryArbitrary), { numRuns: 300, seed: 1 })
    .map(([notes, query]) => ({ of: notes.length, found: expectedNotes(notes, query).length, query }));
  const asked = found.filter(({ query }) => query.text.trim() !== '');
  expect(asked.filter((one) => one.found > 0 && one.found < one.of).length).toBeGreaterThan(60);
});
