import { type Result, fail, ok } from '@fieldchart/foundation';
import { z } from 'zod';
import { type AuditEvent, auditEvent } from '../fhir/audit.ts';
import { instant } from '../fhir/primitives.ts';

/** Extension of an AuditEvent that makes it a link of a device's audit chain. */
export const AUDIT_LINK_EXTENSION = 'https://fieldchart.org/fhir/StructureDefinition/audit-link';
/** Code system of {@link auditLinkAction}. */
const ACTION_SYSTEM = 'https://fieldchart.org/fhir/CodeSystem/device-audit-action';

/** `previous` of a device's first link. */
export const FIRST_PREVIOUS = 'A'.repeat(43);

/** What a device writes down about itself. */
export const auditLinkAction = z.enum([
  'unlock',
  /** Wrong secrets while locked, written down at the next success. */
  'unlock-failures',
  /** Waits that wrong secrets brought, written down with them. */
  'delay',
  'secret-changed',
  'export',
  'rescue-requested',
  'rescued',
  'user-added',
  /** A wrong secret at a signature. */
  'signing-refused',
  /** Emergency access was asked for, or given. */
  'emergency-access',
  /** Records that the policy aged out were erased. */
  'aged-out',
  /** What had aged out of a client's record was asked for again. */
  'fetched-back',
  /** Damage was found in the record, or it was opened without its lost journal: which, by name or code. */
  'record-damaged',
  /** The secret was right and the record did not open: why, by code; written down where the user next gets in. */
  'record-did-not-open',
]);
export type AuditLinkAction = z.infer<typeof auditLinkAction>;

const hash = z.string().regex(/^[A-Za-z0-9_-]{43}$/u, { message: 'not a SHA-256 in base64url' });

const auditLink = z.strictObject({
  /** Counts the device's links from 1, without a gap. */
  number: z.int().min(1),
  at: instant,
  action: auditLinkAction,
  /** Counts, times and ids; never text of a patient's, never anything of a secret. */
  details: z.record(z.string().max(64), z.string().max(256)),
  /** {@link FIRST_PREVIOUS}, or the hash of the link before. */
  previous: hash,
  /** SHA-256 of {@link auditLinkContent}, base64url. */
  hash,
});
export type AuditLink = z.infer<typeof auditLink>;

/** The text whose SHA-256 is a link's hash: whoever changes, leaves out or reorders a link changes all after it. */
export function auditLinkContent(link: Omit<AuditLink, 'hash'>): string {
  const details = Object.entries(link.details).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([link.number, link.at, link.action, details, link.previous]);
}

/** The FHIR form of a link, in which it travels to the server. */
export function auditLinkToEvent(
  link: AuditLink,
  context: { readonly id: string; readonly deviceId: string; readonly practitionerId: string },
): AuditEvent {
  const details = Object.entries(link.details);
  const failed = ['unlock-failures', 'delay', 'signing-refused', 'record-did-not-open'].includes(link.action);
  return {
    resourceType: 'AuditEvent',
    id: context.id,
    type: { system: 'http://dicom.nema.org/resources/ontology/DCM', ...typeOf(link.action) },
    subtype: [{ system: ACTION_SYSTEM, code: link.action }],
    action: 'E',
    recorded: link.at,
    outcome: failed ? '4' : '0',
    agent: [
      {
        who: { reference: `Practitioner/${context.practitionerId}` },
        altId: context.deviceId,
        requestor: true,
      },
    ],
    source: { observer: { display: 'Fieldchart device' } },
    ...(details.length === 0
      ? {}
      : { entity: [{ detail: details.map(([type, valueString]) => ({ type, valueString })) }] }),
    extension: [
      {
        url: AUDIT_LINK_EXTENSION,
        extension: [
          { url: 'number', valueInteger: link.number },
          { url: 'previous', valueString: link.previous },
          { url: 'hash', valueString: link.hash },
        ],
      },
    ],
  };
}

/**
 * Inverse of {@link auditLinkToEvent}, strict. Whether the hash is that of the content is for the caller to compute:
 * this package has no cryptography.
 */
export function eventToAuditLink(json: unknown): Result<AuditLink, { kind: 'malformed' }> {
  const parsed = auditEvent.safeParse(json);
  if (!parsed.success) return fail({ kind: 'malformed' });
  const event: AuditEvent = parsed.data;
  const parts = event.extension?.find(({ url }) => url === AUDIT_LINK_EXTENSION)?.extension ?? [];
  const part = (name: string) => parts.find(({ url }) => url === name);
  const details = (event.entity ?? []).flatMap((entity) => entity.detail ?? []);
  const link = auditLink.safeParse({
    number: part('number')?.valueInteger,
    at: event.recorded,
    action: event.subtype?.find(({ system }) => system === ACTION_SYSTEM)?.code,
    details: Object.fromEntries(details.map(({ type, valueString }) => [type, valueString])),
    previous: part('previous')?.valueString,
    hash: part('hash')?.valueString,
  });
  return link.success ? ok(link.data) : fail({ kind: 'malformed' });
}

function typeOf(action: AuditLinkAction): { readonly code: string; readonly display: string } {
  switch (action) {
    case 'aged-out':
    case 'fetched-back':
      return { code: '110110', display: 'Patient Record' };
    case 'export':
      return { code: '110106', display: 'Export' };
    case 'secret-changed':
    case 'rescue-requested':
    case 'rescued':
    case 'user-added':
    case 'emergency-access':
    case 'record-damaged':
    case 'record-did-not-open':
      return { code: '110113', display: 'Security Alert' };
    case 'unlock':
    case 'unlock-failures':
    case 'delay':
    case 'signing-refused':
      return { code: '110114', display: 'User Authentication' };
  }
}
