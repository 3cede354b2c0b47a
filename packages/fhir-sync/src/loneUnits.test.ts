import { createSeededRandom } from '@fieldchart/foundation';
import type { BatchEntry } from '@fieldchart/record-store';
import { expect, test } from 'vitest';
import { createLoneUnits } from './loneUnits.ts';

const entry = (mutationId: string): BatchEntry => ({
  mutationId,
  key: `Patient/${mutationId}`,
  kind: 'create',
  body: '{}',
  ifMatch: null,
});

test('O6: all of a unit that backs off come back at once', () => {
  let now = 0;
  const lone = createLoneUnits(createSeededRandom(1), () => now);
  const unit = ['a', 'b', 'c'].map(entry);
  for (let time = 0; time < 20; time += 1) {
    lone.setAside(unit, undefined);
    now = lone.nextAt(now) ?? now;
    expect([...lone.waiting(now - 1)]).toEqual(['a', 'b', 'c']);
    expect(lone.waiting(now).size).toBe(0);
  }
});

test('O1: a clock that went back lets nothing rest until it has caught up', () => {
  let now = 1_000_000;
  const lone = createLoneUnits(createSeededRandom(1), () => now);
  lone.setAside([entry('a')], undefined);
  expect(lone.waiting(now).size).toBe(1);
  now -= 500_000;
  expect(lone.waiting(now).size).toBe(0);
  expect(lone.nextAt(now)).toBeUndefined();
});
