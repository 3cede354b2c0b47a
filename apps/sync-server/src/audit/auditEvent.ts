import type { AuditEvent } from '@fieldchart/clinical';
import { base64Encode, toInstant, utf8Encode } from '@fieldchart/foundation';
import type { Actor } from '../write/mutation.ts';

const REST = 'http://hl7.org/fhir/restful-interaction';
const EVENT_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-event-type';
const DICOM = 'http://dicom.nema.org/resources/ontology/DCM';

const BREAK_THE_GLASS = {
  coding: [
    {
      system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason',
      code: 'BTG',
      display: 'break the glass',
    },
  ],
};

export type AuditedAction =
  | 'create'
  | 'update'
  | 'read'
  | 'vread'
  | 'history-instance'
  | 'search'
  | 'everything'
  | 'sync-pull'
  | 'caseload-export'
  | 'login'
  | 'registration'
  | 'ticket-issued'
  | 'ticket-revoked'
  | 'device-revoked'
  | 'device-erased'
  | 'sealed-work-received'
  | 'sealed-work-read'
  | 'rescue-requested'
  | 'rescue-answered'
  | 'policy-changed'
  | 'device-link'
  | 'history-system'
  | 'history-type'
  | 'epoch-started'
  | 'review-received'
  | 'review-listed'
  | 'review-read'
  | 'review-accepted'
  | 'review-set-aside'
  | 'emergency-access'
  | 'emergency-access-ended'
  | 'emergency-access-listed'
  | 'emergency-access-reviewed';

export interface AuditedClient {
  readonly clientId: string;
  readonly details?: Readonly<Record<string, string>>;
}

/** Something that happened and must be known later: who, what, when, from where, with what outcome. */
export interface AuditedEvent {
  readonly action: AuditedAction;
  readonly actor: Actor;
  /** 0 success, 4 refused, 8 failed. */
  readonly outcome: '0' | '4' | '8';
  readonly clientId?: string;
  /** Everybody who stands in one answer, and what is to be said of each: instead of `clientId`. */
  readonly found?: readonly AuditedClient[];
  /** References (`Type/id/_history/n`) of what was read or written. */
  readonly what?: readonly string[];
  /** A search, as it was asked. It may hold names: it is kept here only, never logged. */
  readonly query?: string;
  readonly details?: Readonly<Record<string, string>>;
}

const actionCode: Readonly<Record<AuditedAction, 'C' | 'R' | 'U' | 'E'>> = {
  create: 'C',
  update: 'U',
  read: 'R',
  vread: 'R',
  'history-instance': 'R',
  search: 'E',
  everything: 'E',
  'sync-pull': 'E',
  'caseload-export': 'R',
  login: 'E',
  registration: 'E',
  'ticket-issued': 'E',
  'ticket-revoked': 'E',
  'device-revoked': 'E',
  'device-erased': 'E',
  'sealed-work-received': 'C',
  'sealed-work-read': 'R',
  'rescue-requested': 'E',
  'rescue-answered': 'E',
  'policy-changed': 'U',
  'device-link': 'C',
  'history-system': 'R',
  'history-type': 'R',
  'epoch-started': 'E',
  'review-received': 'C',
  'review-listed': 'R',
  'review-read': 'R',
  'review-accepted': 'U',
  'review-set-aside': 'U',
  'emergency-access': 'E',
  'emergency-access-ended': 'E',
  'emergency-access-listed': 'R',
  'emergency-access-reviewed': 'U',
};

/** The FHIR AuditEvent of an event. */
export function toAuditEvent(event: AuditedEvent, id: string, recorded: number): AuditEvent {
  const entities: NonNullable<AuditEvent['entity']> = [];
  for (const { clientId, details } of clientsOf(event)) {
    entities.push({
      what: { reference: `Patient/${clientId}` },
      role: { system: 'http://terminology.hl7.org/CodeSystem/object-role', code: '1', display: 'Patient' },
      ...(details === undefined ? {} : { detail: toDetail(details) }),
    });
  }
  for (const reference of event.what ?? []) entities.push({ what: { reference } });
  if (event.query !== undefined || event.details !== undefined) {
    entities.push({
      ...(event.query === undefined ? {} : { query: base64Encode(utf8Encode(event.query)) }),
      ...(event.details === undefined ? {} : { detail: toDetail(event.details) }),
    });
  }
  return {
    resourceType: 'AuditEvent',
    id,
    type: typeCoding(event.action),
    subtype: [{ system: REST, code: event.action }],
    action: actionCode[event.action],
    recorded: toInstant(recorded),
    outcome: event.outcome,
    ...(event.action === 'emergency-access' ? { purposeOfEvent: [BREAK_THE_GLASS] } : {}),
    agent: agentsOf(event),
    source: { observer: { display: 'Fieldchart sync server' } },
    ...(entities.length === 0 ? {} : { entity: entities }),
  };
}

function clientsOf({ clientId, found = [] }: AuditedEvent): readonly AuditedClient[] {
  return clientId === undefined ? found : [{ clientId }, ...found];
}

function toDetail(details: Readonly<Record<string, string>>) {
  return Object.entries(details).map(([type, valueString]) => ({ type, valueString }));
}

/** Who did it; of late work its author, and who let it in. */
function agentsOf({ action, actor }: AuditedEvent): AuditEvent['agent'] {
  const { admittedBy, address, deviceId, practitionerId, role } = actor;
  const purpose = action === 'emergency-access' ? { purposeOfUse: [BREAK_THE_GLASS] } : {};
  const who = (id: string | null) => (id === null ? {} : { who: { reference: `Practitioner/${id}` } });
  const network = address === undefined ? {} : { network: { address, type: '2' as const } };
  const author = { ...who(practitionerId), ...(deviceId === null ? {} : { altId: deviceId }), name: role };
  return admittedBy === undefined
    ? [{ ...author, requestor: true, ...network, ...purpose }]
    : [
        { ...author, requestor: false },
        { ...who(admittedBy.practitionerId), name: admittedBy.role, requestor: true, ...network },
      ];
}

function typeCoding(action: AuditedAction): AuditEvent['type'] {
  switch (action) {
    case 'login':
    case 'registration':
      return { system: DICOM, code: '110114', display: 'User Authentication' };
    case 'ticket-issued':
    case 'ticket-revoked':
    case 'device-revoked':
    case 'device-erased':
    case 'rescue-requested':
    case 'rescue-answered':
    case 'policy-changed':
    case 'device-link':
    case 'epoch-started':
    case 'emergency-access':
    case 'emergency-access-ended':
    case 'emergency-access-reviewed':
      return { system: DICOM, code: '110113', display: 'Security Alert' };
    case 'caseload-export':
    case 'sealed-work-received':
    case 'sealed-work-read':
      return { system: DICOM, code: '110106', display: 'Export' };
    case 'create':
    case 'update':
    case 'read':
    case 'vread':
    case 'history-instance':
    case 'search':
    case 'everything':
    case 'sync-pull':
    case 'history-system':
    case 'history-type':
    case 'review-received':
    case 'review-listed':
    case 'emergency-access-listed':
    case 'review-read':
    case 'review-accepted':
    case 'review-set-aside':
      return { system: EVENT_TYPE, code: 'rest', display: 'RESTful Operation' };
  }
}
