import { parametersToEmergencyRequest } from '@fieldchart/clinical';
import { expect, test } from 'vitest';
import { askEmergencyAccess } from './emergencyAccess.ts';
import type { HttpAnswer, HttpRequest } from './httpTransport.ts';

const request = {
  client: { by: 'name', family: 'Okafor', birthDate: '1980-02-03' },
  reason: 'Found unconscious at the bus stop',
} as const;
const outcome = JSON.stringify({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: 'not-found' }],
});

async function ask(status: number, body: string) {
  const sent: HttpRequest[] = [];
  const answer: HttpAnswer = { status, headers: {}, body };
  const transport = {
    request: (one: HttpRequest) => {
      sent.push(one);
      return Promise.resolve(answer);
    },
  };
  return { asked: await askEmergencyAccess(transport, request), sent };
}

test('what is asked for goes out as Parameters, and what was granted comes back', async () => {
  const body = JSON.stringify({
    resourceType: 'Parameters',
    parameter: [
      { name: 'client', valueReference: { reference: 'Patient/c1' } },
      { name: 'until', valueInstant: '2026-11-26T20:00:00.000Z' },
    ],
  });
  const { asked, sent } = await ask(200, body);
  expect(asked).toEqual({ ok: true, value: { clientId: 'c1', until: '2026-11-26T20:00:00.000Z' } });
  expect(sent[0]).toMatchObject({ method: 'POST', path: '/fhir/Patient/$emergency-access' });
  expect(parametersToEmergencyRequest(JSON.parse(sent[0]?.body ?? ''))).toEqual({ ok: true, value: request });
});

test("each of the server's answers has its meaning; what is not the server's word is no answer", async () => {
  const meanings = [
    [404, 'not-found'],
    [403, 'not-allowed'],
    [429, 'too-many'],
    [422, 'refused'],
    [401, 'unreachable'],
    [500, 'unreachable'],
  ] as const;
  for (const [status, kind] of meanings) {
    expect((await ask(status, outcome)).asked, String(status)).toEqual({ ok: false, error: { kind } });
  }
  for (const status of [200, 403, 404]) {
    const { asked } = await ask(status, '<html>Sign in to the hotel</html>');
    expect(asked).toEqual({ ok: false, error: { kind: 'unreachable' } });
  }
  const silent = { request: () => Promise.reject(new Error('no network')) };
  expect(await askEmergencyAccess(silent, request)).toEqual({ ok: false, error: { kind: 'unreachable' } });
});
