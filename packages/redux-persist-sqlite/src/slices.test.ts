import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinSlices, splitSlices } from './slices.ts';

test('D3: whatever is split is joined to the same text, character for character', () => {
  const state = fc.dictionary(fc.string(), fc.string()).map((slices) => JSON.stringify(slices));
  const text = fc.oneof(
    state,
    fc.json(),
    fc.string(),
    state.map((json) => ` ${json}`),
  );
  fc.assert(
    fc.property(text, (value) => {
      expect(joinSlices(splitSlices(value))).toBe(value);
    }),
    { numRuns: 1000 },
  );
});

test('the state of redux-persist 6 is one row a slice, anything else is one row', () => {
  expect([...splitSlices('{"notes":"[1]","_persist":"{}"}').keys()]).toEqual(['notes', '_persist']);
  for (const whole of ['[]', '{}', '{"a":1}', '{"":"x"}', '"text"', '{ "a": "1" }', '{"a":"1"', 'null', '']) {
    expect([...splitSlices(whole)]).toEqual([['', whole]]);
  }
});
