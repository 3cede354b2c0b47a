import { expect, test } from 'vitest';
import { bundle } from '../fhir/envelopes.ts';
import { RETENTION_EXTENSION, bundleToRetentionWord, retentionWordToBundle } from './retention.ts';

const serverTime = '2026-11-25T10:00:00.000Z';

test('time and policy travel in the feed’s own bundle, and are read as they were written', () => {
  for (const days of [30, 3650, null]) {
    const sent = { resourceType: 'Bundle', type: 'history', ...retentionWordToBundle({ serverTime, days }) };
    expect(bundle.safeParse(sent).success).toBe(true);
    expect(bundleToRetentionWord(sent)).toEqual({ serverTime, days });
  }
});

test('D3: nothing is taken for a policy that is none: without a time, or with days that no policy has', () => {
  const withDays = (valueInteger: unknown) => ({
    timestamp: serverTime,
    meta: { extension: [{ url: RETENTION_EXTENSION, valueInteger }] },
  });
  for (const days of [0, 29, -1, 3651, 1.5, '90', null, undefined]) {
    expect(bundleToRetentionWord(withDays(days)), String(days)).toBeUndefined();
  }
  expect(bundleToRetentionWord({})).toBeUndefined();
  expect(bundleToRetentionWord({ ...withDays(90), timestamp: 'yesterday' })).toBeUndefined();
});
