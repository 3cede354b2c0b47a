import { expect, test } from 'vitest';
import { auditLinkContent, auditLinkToEvent, eventToAuditLink, FIRST_PREVIOUS } from '../index.ts';

const link = {
  number: 7,
  at: '2026-11-23T02:10:00.000Z',
  action: 'unlock-failures',
  details: { count: '3', first: '2026-11-23T01:00:00.000Z' },
  previous: FIRST_PREVIOUS,
  hash: 'B'.repeat(43),
} as const;
const context = {
  id: 'c757873d-ec9a-4326-a141-556f43239520',
  deviceId: '0b7c2a52-7b8a-4d3e-9a39-6b4d5a3c2f11',
  practitionerId: 'p1',
};

test('a link travels as an AuditEvent and is the same when it arrives', () => {
  const event = auditLinkToEvent(link, context);
  expect(eventToAuditLink(JSON.parse(JSON.stringify(event)))).toEqual({ ok: true, value: link });
  const bare = { ...link, action: 'unlock', details: {} } as const;
  expect(eventToAuditLink(auditLinkToEvent(bare, context))).toEqual({ ok: true, value: bare });
});

test('an AuditEvent that is no whole link is refused', () => {
  const event = auditLinkToEvent(link, context);
  for (const wrong of [
    null,
    {},
    { ...event, extension: [] },
    { ...event, subtype: [{ system: 'https://example.org', code: 'unlock' }] },
    auditLinkToEvent({ ...link, number: 0 }, context),
    auditLinkToEvent({ ...link, hash: 'short' }, context),
  ]) {
    expect(eventToAuditLink(wrong)).toEqual({ ok: false, error: { kind: 'malformed' } });
  }
});

test('the hashed text holds every part of a link, and does not depend on the order of the details', () => {
  const changes = [
    { number: 8 },
    { at: '2026-11-23T02:10:00.001Z' },
    { action: 'unlock' },
    { details: { count: '4', first: link.details.first } },
    { previous: 'C'.repeat(43) },
  ] as const;
  const texts = changes.map((change) => auditLinkContent({ ...link, ...change }));
  expect(new Set([auditLinkContent(link), ...texts]).size).toBe(changes.length + 1);
  const { count, first } = link.details;
  expect(auditLinkContent({ ...link, details: { first, count } })).toBe(auditLinkContent(link));
});
