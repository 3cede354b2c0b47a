import { expect, test } from 'vitest';
import { emergencyErrors, emptyEmergency, toEmergencyRequest } from './emergencyForm.ts';

test('each way of naming a client asks for its own fields, and both for a reason', () => {
  expect(emergencyErrors(emptyEmergency)).toEqual({
    family: 'register.error.required',
    birthDate: 'register.error.date',
    reason: 'emergency.error.reason',
  });
  expect(emergencyErrors({ ...emptyEmergency, by: 'identifier', reason: '   ill   ' })).toEqual({
    identifier: 'register.error.required',
    reason: 'emergency.error.reason',
  });
  expect(
    emergencyErrors({ ...emptyEmergency, by: 'identifier', identifier: '7', reason: 'x'.repeat(501) }),
  ).toEqual({
    reason: 'register.error.tooLong',
  });
});

test('what is asked for holds the chosen way alone, without the space around it', () => {
  const form = {
    ...emptyEmergency,
    family: ' Okafor ',
    birthDate: '1980-02-03',
    identifier: ' 7 ',
    reason: ' Found unconscious ',
  };
  expect(emergencyErrors(form)).toEqual({});
  const reason = 'Found unconscious';
  expect(toEmergencyRequest(form)).toEqual({
    client: { by: 'name', family: 'Okafor', birthDate: '1980-02-03' },
    reason,
  });
  expect(toEmergencyRequest({ ...form, by: 'identifier' })).toEqual({
    client: { by: 'identifier', identifier: '7' },
    reason,
  });
});
