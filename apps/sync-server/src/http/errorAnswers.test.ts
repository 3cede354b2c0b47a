import { base64UrlEncode, utf8Encode } from '@fieldchart/foundation';
import { afterAll, expect, test } from 'vitest';
import { openPGlite } from '../storage/openStorage.ts';
import { tokenForm } from '../testing/requests.ts';
import { openTestServer } from '../testing/testServer.ts';

const storage = await openPGlite();
afterAll(() => storage.close());

test('a character that no database holds is a coded refusal wherever it stands, never a fault inside', async () => {
  const server = await openTestServer(storage, {
    admin: { token: 'operator', ticketFolder: '/nonexistent' },
  });
  const operator = { ...server.ana, token: 'operator' };
  const json = { 'content-type': 'application/json' };
  for (const url of [
    '/fhir/Patient/%00',
    '/fhir/Patient/%00/_history',
    '/fhir/Patient/%00/_history/1',
    '/fhir/Patient/%00/$everything',
    '/fhir/%00/_history',
    '/auth/rescue/%00',
  ]) {
    const { status } = await server.ask(server.ana, 'GET', url);
    expect([400, 404], url).toContain(status);
  }
  for (const [url, body] of [
    ['/admin/review/read', { id: '\0' }],
    ['/admin/review/accept', { id: '\0' }],
    ['/admin/review/set-aside', { id: '\0', reason: '\0' }],
    ['/admin/sealed-work', { device: '\0' }],
    ['/admin/sealed-work/opened', { device: '\0', sha256: '\0' }],
    ['/admin/tickets/revoke', { id: '\0' }],
    ['/admin/devices/revoke', { id: '\0', erase: false }],
    ['/admin/rescue/deliver', { id: '\0', answer: '\0' }],
  ] as const) {
    const { status } = await server.ask(operator, 'POST', url, body, json);
    expect([400, 404], url).toContain(status);
  }
  const [header, claims] = [
    '{"alg":"ES384"}',
    JSON.stringify({ iss: '\0', sub: '\0', aud: '', jti: 'j', exp: 1 }),
  ];
  const assertion = [header, claims].map((part) => base64UrlEncode(utf8Encode(part))).join('.');
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const granted = await server.ask(undefined, 'POST', '/auth/token', tokenForm(`${assertion}.AAAA`), form);
  expect([granted.status, granted.body.error]).toEqual([400, 'invalid_request']);
});
