import { LONGEST_REASON, SHORTEST_REASON, type EmergencyRequest } from '@fieldchart/clinical';
import type { ParseKeys } from 'i18next';

/** As it is typed. */
export interface EmergencyForm {
  readonly by: 'name' | 'identifier';
  readonly family: string;
  readonly birthDate: string;
  readonly identifier: string;
  readonly reason: string;
}

export const emptyEmergency: EmergencyForm = {
  by: 'name',
  family: '',
  birthDate: '',
  identifier: '',
  reason: '',
};

/** What is missing, by field, as keys of the catalogue; empty where it can be asked for. */
export function emergencyErrors(form: EmergencyForm): Partial<Record<keyof EmergencyForm, ParseKeys>> {
  const reason = form.reason.trim().length;
  return {
    ...(form.by === 'name' && form.family.trim() === '' ? { family: 'register.error.required' } : {}),
    ...(form.by === 'name' && !/^\d{4}-\d{2}-\d{2}$/.test(form.birthDate)
      ? { birthDate: 'register.error.date' }
      : {}),
    ...(form.by === 'identifier' && form.identifier.trim() === ''
      ? { identifier: 'register.error.required' }
      : {}),
    ...(reason < SHORTEST_REASON ? { reason: 'emergency.error.reason' } : {}),
    ...(reason > LONGEST_REASON ? { reason: 'register.error.tooLong' } : {}),
  };
}

export function toEmergencyRequest(form: EmergencyForm): EmergencyRequest {
  const client =
    form.by === 'identifier'
      ? ({ by: 'identifier', identifier: form.identifier.trim() } as const)
      : ({ by: 'name', family: form.family.trim(), birthDate: form.birthDate } as const);
  return { client, reason: form.reason.trim() };
}
