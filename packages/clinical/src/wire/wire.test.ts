import { expect, test } from 'vitest';
import {
  accessEventToParameters,
  caseloadFile,
  mutationIdExtension,
  mutationIdOf,
  organizationDescriptor,
  parametersToAccessEvent,
  registrationRequest,
  reviewReceiptOf,
  reviewReceiptResponse,
  syncProblemDetails,
  syncProblemOf,
  ticketClaims,
  ticketFile,
} from '../index.ts';

const coordinate = 'A'.repeat(64);
const key = { kty: 'EC', crv: 'P-384', x: coordinate, y: coordinate } as const;
const claims = {
  iss: 'o1',
  jti: 't1',
  iat: 1_790_000_000,
  exp: 1_790_600_000,
  sub: 'd1',
  practitioner_name: 'Ana Duarte',
  role: 'clinician',
  organization_name: 'Alder Valley',
  server: 'http://localhost:8787',
  rescue_key: key,
};

test('ticket claims are strict: a missing or unknown claim, or a private key, is refused', () => {
  expect(ticketClaims.safeParse(claims).success).toBe(true);
  expect(ticketClaims.safeParse({ ...claims, caseload_key: 'A'.repeat(43) }).success).toBe(true);
  for (const wrong of [
    { ...claims, jti: undefined },
    { ...claims, admin: true },
    { ...claims, role: 'root' },
    { ...claims, server: 'javascript:alert(1)' },
    { ...claims, server: 'https://user@host' },
    { ...claims, rescue_key: { ...key, d: coordinate } },
    { ...claims, caseload_key: 'short' },
  ]) {
    expect(ticketClaims.safeParse(wrong).success).toBe(false);
  }
});

test('a ticket file holds a ticket’s text and a compact JWE of the one known format', () => {
  const ticket = 'FIELDCHART1.aa.bb.cc.dd.ee.ff';
  expect(ticketFile.safeParse({ format: 'fieldchart-ticket/1', ticket }).success).toBe(true);
  // Direct encryption has an empty encrypted key.
  const file = { format: 'fieldchart-ticket/1', ticket, caseload: 'aa..cc.dd.ee' };
  expect(ticketFile.safeParse(file).success).toBe(true);
  expect(ticketFile.safeParse({ ...file, format: 'fieldchart-ticket/2' }).success).toBe(false);
  expect(ticketFile.safeParse({ ...file, ticket: 'aa.bb.cc.dd.ee' }).success).toBe(false);
});

test('a starter caseload is a collection with a cursor', () => {
  const bundle = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [{ resource: { resourceType: 'Patient' } }],
  };
  expect(caseloadFile.safeParse({ cursor: 'c', bundle }).success).toBe(true);
  expect(caseloadFile.safeParse({ cursor: 'c', bundle: { ...bundle, type: 'batch' } }).success).toBe(false);
  expect(caseloadFile.safeParse({ bundle }).success).toBe(false);
});

test('a descriptor has keys; a registration has a device key and its proof', () => {
  const descriptor = {
    id: 'o1',
    name: 'A',
    jwks: { keys: [{ ...key, kid: 'k' }] },
    rescueKey: key,
    fingerprint: 'ab cd',
  };
  expect(organizationDescriptor.safeParse(descriptor).success).toBe(true);
  expect(organizationDescriptor.safeParse({ ...descriptor, jwks: { keys: [] } }).success).toBe(false);
  const request = {
    ticket: 'a.b.c',
    device_id: 'c757873d-ec9a-4326-a141-556f43239520',
    public_key: key,
    proof: 'a.b.c',
  };
  expect(registrationRequest.safeParse(request).success).toBe(true);
  expect(registrationRequest.safeParse({ ...request, device_id: 'mine' }).success).toBe(false);
});

test('S3: an access event is one parameter that names one client, and reads back', () => {
  const event = { change: 'access-lost', clientId: 'p1' } as const;
  expect(parametersToAccessEvent(accessEventToParameters(event))).toEqual({ ok: true, value: event });
  const [parameter] = accessEventToParameters(event).parameter ?? [];
  for (const wrong of [
    null,
    { resourceType: 'Parameters' },
    { resourceType: 'Parameters', parameter: [parameter, parameter] },
    { resourceType: 'Parameters', parameter: [{ ...parameter, name: 'other' }] },
    {
      resourceType: 'Parameters',
      parameter: [{ ...parameter, valueReference: { reference: 'Encounter/e' } }],
    },
  ]) {
    expect(parametersToAccessEvent(wrong).ok).toBe(false);
  }
});

test('S2: a mutation id travels as an extension and reads back', () => {
  const id = 'c757873d-ec9a-4326-a141-556f43239520';
  expect(mutationIdOf({ extension: [{ url: 'urn:other' }, mutationIdExtension(id)] })).toBe(id);
  expect(mutationIdOf({})).toBeUndefined();
});

test('a problem of the feed travels as a coded detail of the first issue and reads back', () => {
  const outcome = (details: object) => ({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'expired', details }],
  });
  for (const problem of ['epoch-changed', 'cursor-unknown'] as const) {
    expect(syncProblemOf(outcome(syncProblemDetails(problem)))).toBe(problem);
  }
  const [coding] = syncProblemDetails('epoch-changed').coding ?? [];
  for (const other of [
    null,
    'epoch-changed',
    { resourceType: 'Bundle', type: 'batch' },
    outcome({ text: 'epoch-changed' }),
    outcome({ coding: [{ ...coding, system: 'https://example.org' }] }),
    outcome({ coding: [{ ...coding, code: 'toString' }] }),
  ]) {
    expect(syncProblemOf(other)).toBeUndefined();
  }
});

test('the receipt of late work is told from an acknowledgement and from a refusal', () => {
  const receipt = { itemId: 'c757873d-ec9a-4326-a141-556f43239520', receivedAt: '2026-11-23T02:10:00.000Z' };
  const response = reviewReceiptResponse(receipt);
  expect(reviewReceiptOf(response)).toEqual(receipt);
  for (const other of [
    {},
    { ...response, status: '200 OK' },
    { ...response, status: '2020 Accepted' },
    { ...response, location: 'Composition/a/_history/1' },
    { status: response.status, location: response.location },
  ]) {
    expect(reviewReceiptOf(other)).toBeUndefined();
  }
});
