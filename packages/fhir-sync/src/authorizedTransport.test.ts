import { createSeededRandom, toInstant } from '@fieldchart/foundation';
import { createFakeClock } from '@fieldchart/foundation/testing';
import { expect, test } from 'vitest';
import { createAuthorizedTransport } from './authorizedTransport.ts';
import type { HttpAnswer, HttpRequest } from './httpTransport.ts';

const read: HttpRequest = { method: 'GET', path: '/fhir/Patient/a', headers: {}, timeoutMs: 1000 };

/** A token endpoint that counts its tokens: `t1`, `t2`, … */
function scene() {
  const clock = createFakeClock();
  const log: string[] = [];
  const claims: Record<string, unknown>[] = [];
  const answers: Partial<HttpAnswer>[] = [];
  let tokens = 0;
  let good = (token: string) => token !== '';
  const transport = createAuthorizedTransport({
    onWithdrawn: () => {},
    clock,
    random: createSeededRandom(1),
    deviceId: 'device-1',
    baseUrl: 'https://fieldchart.example',
    sign: (given) => {
      claims.push(given);
      return Promise.resolve('assertion');
    },
    transport: {
      request(request) {
        if (request.path === '/auth/token') {
          const scripted = answers.shift();
          log.push(`token ${String(scripted?.status ?? 200)}`);
          if (scripted !== undefined)
            return Promise.resolve({ status: 200, headers: {}, body: '', ...scripted });
          tokens += 1;
          const body = {
            access_token: `t${String(tokens)}`,
            token_type: 'bearer',
            expires_in: 300,
            scope: '',
          };
          return Promise.resolve({ status: 200, headers: {}, body: JSON.stringify(body) });
        }
        const token = request.headers['authorization'] ?? '';
        const status = good(token.replace('Bearer ', '')) ? 200 : 401;
        log.push(`${token} ${String(status)}`);
        return Promise.resolve({ status, headers: {}, body: '{}' });
      },
    },
  });
  return {
    clock,
    log,
    claims,
    answers,
    transport,
    accept: (only: (token: string) => boolean) => {
      good = only;
    },
  };
}

test('one token serves many requests, and is renewed before it ends', async () => {
  const { transport, log, clock } = scene();
  await Promise.all([transport.request(read), transport.request(read)]);
  clock.advance(269_000);
  await transport.request(read);
  clock.advance(2000);
  await transport.request(read);
  expect(log).toEqual([
    'token 200',
    'Bearer t1 200',
    'Bearer t1 200',
    'Bearer t1 200',
    'token 200',
    'Bearer t2 200',
  ]);
});

test('the assertion is private_key_jwt: about this device, to this server, short-lived, used once', async () => {
  const { transport, claims, clock } = scene();
  await transport.request(read);
  clock.advance(300_000);
  await transport.request(read);
  const iat = Math.floor(createFakeClock().now() / 1000);
  expect(claims[0]).toMatchObject({
    iss: 'device-1',
    sub: 'device-1',
    aud: 'https://fieldchart.example/auth/token',
    iat,
    exp: iat + 120,
  });
  expect(claims[1]?.['jti']).not.toBe(claims[0]?.['jti']);
});

test('401 asks for a new token once, and no more', async () => {
  const { transport, log, accept } = scene();
  await transport.request(read);
  accept((token) => token === 't2');
  expect((await transport.request(read)).status).toBe(200);
  accept(() => false);
  expect((await transport.request(read)).status).toBe(401);
  expect(log.slice(2)).toEqual([
    'Bearer t1 401',
    'token 200',
    'Bearer t2 200',
    'Bearer t2 401',
    'token 200',
    'Bearer t3 401',
  ]);
});

test('a wrong clock is corrected by the server’s time', async () => {
  const { transport, claims, answers, clock } = scene();
  const serverTime = clock.now() + 7 * 3600_000;
  answers.push({
    status: 401,
    body: JSON.stringify({ error: 'clock_skew', server_time: toInstant(serverTime) }),
  });
  expect((await transport.request(read)).status).toBe(200);
  expect(claims[1]?.['iat']).toBe(Math.floor(serverTime / 1000));
});

test('a refused device sees the endpoint’s 401, a busy server its 429', async () => {
  const { transport, answers, log } = scene();
  answers.push(
    { status: 401, body: '{"error":"invalid_client"}' },
    { status: 429, headers: { 'retry-after': '5' } },
  );
  expect((await transport.request(read)).status).toBe(401);
  expect(await transport.request(read)).toMatchObject({ status: 429, headers: { 'retry-after': '5' } });
  expect(log).toEqual(['token 401', 'token 429']);
});

test('a captive portal at the token endpoint is no answer', async () => {
  const { transport, answers } = scene();
  answers.push({ body: '<html></html>' });
  await expect(transport.request(read)).rejects.toMatchObject({ code: 'SYNC_NO_TOKEN' });
  expect((await transport.request(read)).status).toBe(200);
});
