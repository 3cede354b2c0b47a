import { base64UrlDecode } from '@fieldchart/foundation';
import { LEAST_ERASE_AFTER } from './keyRecord.ts';
import type { RescueKey } from './rescueSeal.ts';

/** What the organisation says in a ticket. Names as they travel. */
export interface TicketClaims {
  /** Organisation. */
  readonly iss: string;
  /** The ticket's single-use id. */
  readonly jti: string;
  /** Seconds since the epoch. */
  readonly iat: number;
  readonly exp: number;
  /** Practitioner. */
  readonly sub: string;
  readonly practitioner_name: string;
  readonly role: 'clinician' | 'supervisor' | 'administrator';
  readonly organization_name: string;
  /** Base URL of the sync server. */
  readonly server: string;
  readonly rescue_key: RescueKey;
  /** Opens the starter caseload in the ticket's file; base64url of 32 bytes. */
  readonly caseload_key?: string;
  /** The organisation's policy: wrong secrets in a row after which the key record is destroyed. */
  readonly erase_after_attempts?: number;
  /** The organisation's policy: for how many days closed records stay on devices. */
  readonly retention_days?: number;
  /** Only this device may use the ticket: it answers a rescue request. */
  readonly device?: string;
  /** The device that this one replaces. */
  readonly replaces?: string;
}

const longestText = 2_000;

/** Whether signed claims are those of a ticket. Claims that are not known are left alone. */
export function isTicketClaims(value: unknown): value is TicketClaims {
  if (!isObject(value)) return false;
  const texts = ['iss', 'jti', 'sub', 'practitioner_name', 'organization_name', 'server'];
  const { iat, exp, role, server, rescue_key: rescueKey, caseload_key: caseloadKey } = value;
  const { erase_after_attempts: eraseAfter, retention_days: retentionDays, device, replaces } = value;
  return (
    texts.every((name) => isText(value[name])) &&
    Number.isSafeInteger(iat) &&
    Number.isSafeInteger(exp) &&
    (role === 'clinician' || role === 'supervisor' || role === 'administrator') &&
    /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/u.test(String(server)) &&
    isObject(rescueKey) &&
    rescueKey['kty'] === 'EC' &&
    rescueKey['crv'] === 'P-384' &&
    isText(rescueKey['x']) &&
    isText(rescueKey['y']) &&
    !('d' in rescueKey) &&
    (caseloadKey === undefined || isKey256(caseloadKey)) &&
    (eraseAfter === undefined || isEraseAfter(eraseAfter)) &&
    (retentionDays === undefined || Number.isSafeInteger(retentionDays)) &&
    (device === undefined || isText(device)) &&
    (replaces === undefined || isText(replaces))
  );
}

/** 32 bytes in base64url. */
export function isKey256(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{43}$/u.test(value) && base64UrlDecode(value).length === 32;
}

function isEraseAfter(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= LEAST_ERASE_AFTER && Number(value) <= 100;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= longestText;
}
