import type { AuditLinkAction } from '@fieldchart/clinical';
import { emergencyGrantToParameters } from '@fieldchart/clinical';
import type { HttpTransport } from '@fieldchart/fhir-sync';
import { toInstant } from '@fieldchart/foundation';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  CLIENT,
  START,
  openTestStore,
  patient,
  pulled,
} from '../../record-store/src/testing/storeFixture.ts';
import { createAnswers } from './answers.ts';
import { createEmergency } from './emergency.ts';

let fixture: Awaited<ReturnType<typeof openTestStore>>;
let log: string[];
beforeEach(async () => {
  fixture = await openTestStore();
  log = [];
});
afterEach(() => fixture.end());

const HOUR = 3_600_000;
const until = toInstant(START + 24 * HOUR);
const request = {
  client: { by: 'name', family: 'Okafor', birthDate: '1980-02-03' },
  reason: 'Found unconscious at the bus stop',
} as const;
const granting: HttpTransport['request'] = () =>
  Promise.resolve({
    status: 200,
    headers: {},
    body: JSON.stringify(emergencyGrantToParameters({ clientId: CLIENT, until })),
  });
const noNetwork = () => Promise.reject(new Error('no network'));

/** The use case over a real store; `sync` is what a contact brings. */
function emergencyOver(
  answer: HttpTransport['request'],
  sync: () => Promise<void> = () => Promise.resolve(),
) {
  return createEmergency({
    store: fixture.store,
    clock: fixture.clock,
    audit: {
      append: (action: AuditLinkAction, details?: Readonly<Record<string, string>>) =>
        Promise.resolve(void log.push(`${action} ${JSON.stringify(details)}`)),
    },
    sync: {
      transport: {
        request: (asked) => {
          log.push('asked');
          return answer(asked);
        },
      },
      syncNow: sync,
    },
  });
}
const arrives = () =>
  fixture.store.applyPage({ entries: [pulled(patient(), 1)], cursor: 'c1' }).then(() => undefined);

test('what is asked and what is given stands in the audit chain, and the client is marked with its end', async () => {
  const asked = await emergencyOver(granting, arrives).askEmergencyAccess(request);
  expect(asked).toEqual({ ok: true, value: { clientId: CLIENT, until, arrived: true } });
  expect(log).toEqual([
    'emergency-access {"asked":"name"}',
    'asked',
    `emergency-access {"client":"${CLIENT}","until":"${until}"}`,
  ]);
  await fixture.restart();
  const answer = createAnswers(fixture.store, 'p1', fixture.clock);
  expect(await answer({ kind: 'chart', clientId: CLIENT })).toMatchObject({ emergencyUntil: until });
  const caseload = { kind: 'caseload', search: '', filter: 'all', sort: 'name', limit: 10 } as const;
  expect((await answer(caseload)).rows).toMatchObject([{ clientId: CLIENT, emergencyUntil: until }]);
  fixture.clock.advance(49 * HOUR);
  expect(await answer({ kind: 'chart', clientId: CLIENT })).toMatchObject({ emergencyUntil: null });
});

test('given, and cut off before the record came: that is said, and the mark is there when it comes', async () => {
  const asked = await emergencyOver(granting).askEmergencyAccess(request);
  expect(asked).toMatchObject({ ok: true, value: { arrived: false } });
  await arrives();
  const answer = createAnswers(fixture.store, 'p1', fixture.clock);
  expect(await answer({ kind: 'chart', clientId: CLIENT })).toMatchObject({ emergencyUntil: until });
});

test('without a network it says so, and that it was asked for is written down all the same', async () => {
  const asked = await emergencyOver(noNetwork).askEmergencyAccess(request);
  expect(asked).toEqual({ ok: false, error: { kind: 'unreachable' } });
  expect(log).toEqual(['emergency-access {"asked":"name"}', 'asked']);
});

test('a reason that says nothing is asked of nobody', async () => {
  for (const reason of ['', 'ill          ', 'x'.repeat(501)]) {
    const asked = await emergencyOver(granting).askEmergencyAccess({ ...request, reason });
    expect(asked).toEqual({ ok: false, error: { kind: 'reason' } });
  }
  expect(log).toEqual([]);
});
