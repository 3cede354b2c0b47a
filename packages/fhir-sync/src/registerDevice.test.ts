import { createFakeClock } from '@fieldchart/foundation/testing';
import { expect, test } from 'vitest';
import type { HttpAnswer, HttpRequest } from './httpTransport.ts';
import { registerDevice, signRegistration } from './registerDevice.ts';

const deviceId = '6f6b0f0e-4f6c-4b52-9d0a-0c8b7f7f1a11';

function register(answer: () => Promise<HttpAnswer>) {
  const asked: HttpRequest[] = [];
  const claims: unknown[] = [];
  const transport = {
    request(request: HttpRequest) {
      asked.push(request);
      return answer();
    },
  };
  const signed = signRegistration({
    clock: createFakeClock(1_800_000_000_000),
    baseUrl: 'https://fieldchart.example',
    ticket: 'a.b.c',
    ticketId: 'ticket-1',
    deviceId,
    publicKey: { kty: 'EC', crv: 'P-384', x: 'x', y: 'y' },
    sign: (given) => {
      claims.push(given);
      return Promise.resolve('d.e.f');
    },
  });
  const outcome = signed.then((request) => registerDevice(transport, request));
  return { outcome, asked, claims };
}

const reply = (status: number, body: unknown) => () =>
  Promise.resolve({ status, headers: {}, body: typeof body === 'string' ? body : JSON.stringify(body) });

test('a device proves that it holds its key, and is told who it works for', async () => {
  const answer = { device_id: deviceId, practitioner_id: 'p1', server_time: '2027-01-15T08:00:00.000Z' };
  for (const status of [200, 201]) {
    const { outcome, asked, claims } = register(reply(status, answer));
    expect(await outcome).toEqual({ ok: true, value: answer });
    expect(claims).toEqual([
      { aud: 'https://fieldchart.example', ticket: 'ticket-1', device: deviceId, iat: 1_800_000_000 },
    ]);
    expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({
      ticket: 'a.b.c',
      device_id: deviceId,
      proof: 'd.e.f',
    });
  }
});

test('a refusal is told by its code', async () => {
  for (const [status, kind] of [
    [400, 'invalid_request'],
    [401, 'ticket_expired'],
    [401, 'proof_invalid'],
    [409, 'ticket_used'],
    [403, 'ticket_revoked'],
  ] as const) {
    const { outcome } = register(reply(status, { error: kind, error_description: 'x' }));
    expect(await outcome).toEqual({ ok: false, error: { kind } });
  }
});

test('no answer, a portal and a failing server are all "try again"', async () => {
  const answers = [
    () => Promise.reject(new TypeError('no network')),
    reply(200, '<html></html>'),
    reply(201, {}),
    reply(503, ''),
    reply(403, '<html>blocked</html>'),
  ];
  for (const answer of answers) {
    expect(await register(answer).outcome).toEqual({ ok: false, error: { kind: 'unreachable' } });
  }
});
