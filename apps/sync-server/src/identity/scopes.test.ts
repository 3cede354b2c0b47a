import { WITHDRAWN_SCOPE } from '@fieldchart/clinical';
import { expect, test } from 'vitest';
import { grantScope, permits } from './scopes.ts';

const active = (scope?: string) => ({ withdrawn: false, scope });

test('a token has all that its role may unless less is asked for, and never more', () => {
  const whole = 'user/*.crus device/audit device/sealed-work access/emergency';
  expect(grantScope('clinician', active())).toBe(whole);
  expect(grantScope('clinician', active('user/*.cruds device/audit'))).toBe('user/*.crus device/audit');
  expect(grantScope('clinician', active('user/Patient.rs user/Patient.rs'))).toBe('user/Patient.rs');
  expect(grantScope('clinician', active('user/Patient.r desk/admin user/AuditEvent.rs'))).toBe(
    'user/Patient.r',
  );
  expect(grantScope('administrator', active('user/AuditEvent.cruds desk/admin'))).toBe(
    'user/AuditEvent.rs desk/admin',
  );
  expect(grantScope('administrator', active('access/emergency'))).toBeNull();
  for (const none of [
    '',
    'desk/review',
    'user/*.d',
    'user/Patient.read',
    'user/*',
    'user/*.',
    'patient/*.rs',
  ]) {
    expect(grantScope('clinician', active(none)), none).toBeNull();
  }
});

test('a withdrawn device gets two things, whatever it asks for', () => {
  expect(grantScope('administrator', { withdrawn: true, scope: 'user/*.crus' })).toBe(WITHDRAWN_SCOPE);
});

test('each letter has to be given for the type; the audit trail is no part of the record', () => {
  expect(permits('user/*.crus', 'user/Patient.rs')).toBe(true);
  expect(permits('user/Patient.r user/Patient.s', 'user/Patient.rs')).toBe(true);
  expect(permits('user/Patient.r', 'user/Patient.rs')).toBe(false);
  expect(permits('user/Patient.crus', 'user/Composition.r')).toBe(false);
  expect(permits('user/Patient.crus', 'user/*.r')).toBe(false);
  expect(permits('user/*.crus', 'user/AuditEvent.s')).toBe(false);
  expect(permits('user/AuditEvent.rs', 'user/AuditEvent.s')).toBe(true);
  expect(permits('device/audit', 'device/erased')).toBe(false);
});
