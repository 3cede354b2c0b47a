import { type ReviewReceipt, reviewReceiptResponse } from '@fieldchart/clinical';
import { createFakeClock } from '@fieldchart/foundation/testing';
import type { Batch, UnsentWork } from '@fieldchart/record-store';
import { expect, test } from 'vitest';
import { createFhirClient } from './fhirClient.ts';
import { handOver } from './handOver.ts';
import type { HttpAnswer, HttpRequest } from './httpTransport.ts';

const RECEIPT: ReviewReceipt = {
  itemId: '90000000-0000-4000-8000-000000000001',
  receivedAt: '2026-11-25T10:00:00.000Z',
};
const unit = (id: string, kind: Batch['kind'] = 'batch', size = 1): Batch => ({
  id,
  kind,
  entries: Array.from({ length: size }, (_entry, at) => ({
    mutationId: `${id}${at}`,
    key: `Composition/${id}${at}`,
    kind: 'update' as const,
    body: '{}',
    ifMatch: '1',
  })),
});

/** A store with these units, and an inbox that answers as told; what happened is logged. */
function scene(units: readonly Batch[], answer: (request: HttpRequest) => HttpAnswer, sealed = true) {
  const log: string[] = [];
  const waiting = new Set(units.flatMap(({ entries }) => entries.map(({ mutationId }) => mutationId)));
  const unsent = (): UnsentWork => ({
    entries: [...waiting].map((mutationId) => ({
      mutationId,
      sequence: 1,
      key: mutationId,
      kind: 'update',
      author: 'a',
      state: 'waiting',
      resource: {},
    })),
    conflicts: [],
    superseded: [],
  });
  const run = () =>
    handOver(
      {
        store: {
          lateWork: () => Promise.resolve(units),
          cursor: () => Promise.resolve('c'),
          handedOver(taken) {
            for (const { mutationId } of taken) waiting.delete(mutationId);
            log.push(taken.map(({ mutationId, receipt }) => `${receipt.way} ${mutationId}`).join(' and '));
            return Promise.resolve();
          },
          unsentOf: () => Promise.resolve(unsent()),
          eraseClient(_clientId, seal) {
            const covered = waiting.size === 0 || JSON.stringify(seal?.work) === JSON.stringify(unsent());
            log.push(covered ? 'erased' : 'waiting');
            return Promise.resolve(covered ? 'erased' : 'waiting');
          },
        },
        client: createFhirClient({
          clock: createFakeClock(),
          transport: { request: (request) => Promise.resolve(answer(request)) },
        }),
        seal(work) {
          log.push(`sealed ${work.entries.map(({ mutationId }) => mutationId).join(' ')}`);
          return Promise.resolve(sealed ? 'hash' : null);
        },
        stopped: () => false,
      },
      'p1',
    );
  return { log, run };
}

const fhir = (status: number, body: unknown): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/fhir+json' },
  body: JSON.stringify(body),
});
const respond = (type: string, ...entries: readonly unknown[]) =>
  fhir(200, {
    resourceType: 'Bundle',
    type: `${type}-response`,
    entry: entries.map((response) => ({ response })),
  });
const outcome = (status: number) =>
  fhir(status, { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'forbidden' }] });

test('S3, D3: what the inbox takes is settled, and the client is erased after it', async () => {
  const paths: string[] = [];
  const { log, run } = scene([unit('a', 'batch', 2)], ({ path }) => {
    paths.push(path);
    return respond('batch', reviewReceiptResponse(RECEIPT), {
      status: '200 OK',
      etag: 'W/"3"',
      lastModified: RECEIPT.receivedAt,
    });
  });
  expect(await run()).toBeUndefined();
  expect(paths).toEqual(['/fhir/$review']);
  // In one commit: of a group never a part is settled (O6).
  expect(log).toEqual(['review a0 and arrived a1', 'erased']);
});

test('D3: what the inbox refuses is sealed, and nothing is erased before the seal is acknowledged', async () => {
  const refusing = () => respond('batch', { status: '403 Forbidden' });
  const kept = scene([unit('a')], refusing);
  expect(await kept.run()).toBeUndefined();
  expect(kept.log).toEqual(['sealed a0', 'erased']);
  const lost = scene([unit('a')], refusing, false);
  expect(await lost.run()).toEqual({ code: 'not-sealed', reachable: true });
  expect(lost.log).toEqual(['sealed a0']);
});

test('O6: a group that the inbox refuses is sealed whole', async () => {
  const { log, run } = scene([unit('a', 'transaction', 2)], () => outcome(422));
  expect(await run()).toBeUndefined();
  expect(log).toEqual(['sealed a0 a1', 'erased']);
});

test('O4: without an answer nothing is settled, sealed or erased', async () => {
  for (const answer of [
    fhir(503, {}),
    fhir(429, {}),
    { status: 200, headers: {}, body: '<html>portal</html>' },
    respond('batch', { status: '500' }),
  ]) {
    const { log, run } = scene([unit('a')], () => answer);
    expect(await run()).toMatchObject({ code: expect.any(String) as string });
    expect(log).toEqual([]);
  }
});

test('what is too large at once goes in halves', async () => {
  const { log, run } = scene([unit('a', 'batch', 2)], ({ body }) => {
    const { entry } = JSON.parse(body ?? '') as { entry: readonly unknown[] };
    return entry.length > 1 ? outcome(413) : respond('batch', reviewReceiptResponse(RECEIPT));
  });
  expect(await run()).toBeUndefined();
  expect(log).toEqual(['review a0', 'review a1', 'erased']);
});
