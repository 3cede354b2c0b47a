import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type SentBundle, classifyAnswer } from './classifyAnswer.ts';

const now = Date.parse('2026-11-22T10:00:00Z');
const batch: SentBundle = {
  type: 'batch',
  entries: [
    { key: 'Patient/a', kind: 'create' },
    { key: 'Patient/b', kind: 'update' },
  ],
};
const transaction: SentBundle = {
  type: 'transaction',
  entries: [
    { key: 'Patient/a', kind: 'update' },
    { key: 'Patient/b', kind: 'create' },
  ],
};

const created = {
  status: '201 Created',
  etag: 'W/"1"',
  lastModified: '2026-11-22T10:00:00.000Z',
  location: 'Patient/a/_history/1',
};

function answer(status: number, body: unknown, headers: Record<string, string> = {}) {
  return { status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

function response(type: string, ...responses: unknown[]) {
  return { resourceType: 'Bundle', type, entry: responses.map((entry) => ({ response: entry })) };
}

function outcome(code: string, text: string, expression?: string) {
  return {
    resourceType: 'OperationOutcome',
    issue: [
      { severity: 'error', code, diagnostics: text, ...(expression ? { expression: [expression] } : {}) },
    ],
  };
}

function entryVerdict(entry: unknown, index: 0 | 1 = 0) {
  const responses = index === 0 ? [entry, created] : [created, entry];
  const verdict = classifyAnswer(answer(200, response('batch-response', ...responses)), batch, now);
  return verdict.kind === 'entries' ? verdict.verdicts[index] : verdict;
}

test('O7: 200 and 201 with a version are acknowledgements that name version and time', () => {
  const acknowledged = { kind: 'acknowledged', versionId: '1', serverTime: created.lastModified };
  expect(entryVerdict(created)).toEqual(acknowledged);
  expect(entryVerdict({ ...created, status: '200' })).toEqual(acknowledged);
  expect(entryVerdict({ ...created, etag: '"1"' })).toEqual(acknowledged);
});

test('O7: a success without a version is no acknowledgement', () => {
  const location = 'Patient/a';
  expect(entryVerdict({ ...created, etag: undefined, location })).toMatchObject({ kind: 'unknown' });
  expect(entryVerdict({ ...created, etag: 'W/""', location })).toMatchObject({ kind: 'unknown' });
  expect(entryVerdict({ ...created, lastModified: undefined })).toMatchObject({ kind: 'unknown' });
});

test('O7: a server may name the version in any of the places that FHIR gives it', () => {
  const { lastModified } = created;
  const receipt = { kind: 'acknowledged', versionId: '1', serverTime: lastModified };
  expect(entryVerdict({ status: '201', etag: '1', lastModified })).toEqual(receipt);
  for (const location of ['Patient/a/_history/1', 'https://other.example/r4/Patient/a/_history/1'])
    expect(entryVerdict({ status: '201', location, lastModified })).toEqual(receipt);

  const returned = (resource: unknown, rest: object = {}) => {
    const entry = [
      { resource, response: { status: '200', location: 'Patient/a', ...rest } },
      { response: created },
    ];
    const verdict = classifyAnswer(answer(200, { ...response('batch-response'), entry }), batch, now);
    return verdict.kind === 'entries' ? verdict.verdicts[0] : verdict;
  };
  const meta = { versionId: '1', lastUpdated: lastModified };
  expect(returned({ resourceType: 'Patient', id: 'a', meta })).toEqual(receipt);
  expect(returned({ resourceType: 'Patient', id: 'a', meta }, { etag: 'W/"1"' })).toEqual(receipt);
});

test('O7: a returned resource is no receipt for another one, nor its time for another version', () => {
  const meta = { versionId: '1', lastUpdated: created.lastModified };
  const rows = [
    { resource: { resourceType: 'Patient', id: 'b', meta }, response: { status: '200' } },
    { resource: { resourceType: 'Patient', id: 'b', meta }, response: { status: '200', etag: 'W/"2"' } },
  ];
  const body = { ...response('batch-response'), entry: rows };
  expect(classifyAnswer(answer(200, body), batch, now)).toMatchObject({
    verdicts: [
      { kind: 'unknown', code: 'no-version' },
      { kind: 'unknown', code: 'no-version' },
    ],
  });
  const elsewhere = { ...created, etag: undefined, location: 'Patient/b/_history/1' };
  expect(entryVerdict(elsewhere)).toMatchObject({ kind: 'unknown', code: 'no-version' });
});

test('412 asks for a look at the history; 404, 409 and 410 on an update are conflicts', () => {
  expect(entryVerdict({ status: '412' }, 1)).toEqual({ kind: 'precondition-failed' });
  for (const status of ['404', '409', '410'])
    expect(entryVerdict({ status }, 1)).toEqual({ kind: 'conflict' });
});

test('a create that meets something already there is looked up: it may be its own success', () => {
  expect(entryVerdict({ status: '412' })).toEqual({ kind: 'precondition-failed' });
  expect(entryVerdict({ status: '409' })).toEqual({ kind: 'precondition-failed' });
});

test('O5: 400, 403 and 422 of an entry park it with the server’s words', () => {
  for (const status of ['400 Bad Request', '403 Forbidden', '422 Unprocessable Content']) {
    expect(entryVerdict({ status, outcome: outcome('invariant', 'because') })).toEqual({
      kind: 'park',
      reason: { code: 'invariant', text: 'because' },
    });
  }
});

test('O4: an entry that timed out, was throttled or hit a server fault has an unknown outcome', () => {
  for (const status of ['401', '408', '429', '500', '503', 'nonsense', '']) {
    expect(entryVerdict({ status })).toMatchObject({ kind: 'unknown' });
  }
  expect(entryVerdict(undefined)).toMatchObject({ kind: 'unknown' });
});

test('O4: HTML with status 200 is an unknown outcome, as a captive portal sends it', () => {
  const portal = answer(200, '<html><body>Welcome to Airport WiFi</body></html>', {
    'content-type': 'text/html',
  });
  expect(classifyAnswer(portal, batch, now)).toMatchObject({ kind: 'unknown', code: 'not-fhir' });
});

test('O4: cut JSON, another type, or a wrong number of entries is an unknown outcome', () => {
  const whole = JSON.stringify(response('batch-response', created, created));
  fc.assert(
    fc.property(fc.nat(whole.length - 1), (length) => {
      expect(classifyAnswer(answer(200, whole.slice(0, length)), batch, now).kind).toBe('unknown');
    }),
  );
  for (const body of [
    response('batch-response', created),
    response('batch-response', created, created, created),
    response('transaction-response', created, created),
    { resourceType: 'Patient' },
    { status: 'ok' },
    [],
    null,
  ]) {
    expect(classifyAnswer(answer(200, body), batch, now)).toMatchObject({
      kind: 'unknown',
      code: 'not-fhir',
    });
  }
});

test('the whole bundle: 401 asks for a token, 413 for smaller parts', () => {
  expect(classifyAnswer(answer(401, ''), batch, now)).toEqual({ kind: 'reauthorise' });
  expect(classifyAnswer(answer(413, '<html>too large</html>'), batch, now)).toEqual({ kind: 'split' });
});

test('the whole bundle: 408, 429 and 5xx are unknown outcomes that honour Retry-After', () => {
  for (const status of [408, 429, 500, 502, 503, 504]) {
    expect(classifyAnswer(answer(status, '', { 'retry-after': '9' }), batch, now)).toEqual({
      kind: 'unknown',
      code: `http-${String(status)}`,
      retryAfterMs: 9000,
      serverFault: status >= 500,
    });
  }
});

test('a bundle refused whole is bisected when the FHIR server refused it; the page of a proxy says nothing of it', () => {
  expect(classifyAnswer(answer(400, outcome('invalid', '')), batch, now)).toEqual({
    kind: 'bisect',
    code: 'http-400',
  });
  expect(classifyAnswer(answer(403, '<html>blocked</html>'), batch, now)).toMatchObject({ kind: 'unknown' });
});

test('O6: a refused transaction names the entry to blame, and none of it counts as sent', () => {
  const refused = (status: number, index: number) =>
    classifyAnswer(
      answer(status, outcome('invariant', 'no', `Bundle.entry[${String(index)}].resource`)),
      transaction,
      now,
    );
  expect(refused(412, 0)).toEqual({
    kind: 'entry-refused',
    index: 0,
    verdict: { kind: 'precondition-failed' },
  });
  expect(refused(409, 0)).toEqual({ kind: 'entry-refused', index: 0, verdict: { kind: 'conflict' } });
  expect(refused(422, 1)).toEqual({
    kind: 'entry-refused',
    index: 1,
    verdict: { kind: 'park', reason: { code: 'invariant', text: 'no' } },
  });
  expect(refused(422, 2)).toEqual({ kind: 'bisect', code: 'http-422' });
});

test('O6: a transaction refused with 412 that blames no entry asks for a look at all of their histories', () => {
  const refused = answer(412, outcome('processing', 'Precondition Failed'));
  expect(classifyAnswer(refused, transaction, now)).toEqual({ kind: 'precondition-failed' });
  expect(classifyAnswer(refused, batch, now)).toEqual({ kind: 'bisect', code: 'http-412' });
});

test('no answer whatever makes it throw, and none but a full receipt acknowledges', () => {
  const bodies = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constant(JSON.stringify(response('batch-response', {}, {}))),
  );
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 599 }), bodies, (status, body) => {
      const verdict = classifyAnswer(answer(status, body), batch, now);
      if (verdict.kind === 'entries') {
        expect(verdict.verdicts.every((entry) => entry.kind !== 'acknowledged')).toBe(true);
      }
    }),
  );
});
