import { expect, test } from 'vitest';
import {
  emergencyGrantToParameters,
  emergencyRequestToParameters,
  parametersToEmergencyGrant,
  parametersToEmergencyRequest,
} from '../index.ts';

const reason = 'Found unconscious at the bus stop';
const byName = { by: 'name', family: 'Okafor', birthDate: '1980-02-03' } as const;

test('a request for emergency access travels as Parameters and is the same when it arrives', () => {
  for (const client of [byName, { by: 'identifier', identifier: 'urn:x|7' } as const]) {
    const sent = JSON.parse(JSON.stringify(emergencyRequestToParameters({ client, reason }))) as unknown;
    expect(parametersToEmergencyRequest(sent)).toEqual({ ok: true, value: { client, reason } });
  }
});

test('who is not named exactly, in one of the two ways, is refused; so is a reason that says nothing', () => {
  const request = (parameter: readonly object[]) =>
    parametersToEmergencyRequest({ resourceType: 'Parameters', parameter });
  const why = { name: 'reason', valueString: reason };
  const identifier = { name: 'identifier', valueString: '7' };
  const family = { name: 'family', valueString: 'Okafor' };
  const birthDate = { name: 'birthDate', valueDate: '1980-02-03' };
  expect(request([identifier, why]).ok).toBe(true);
  for (const wrong of [
    [],
    [why],
    [identifier],
    [family, why],
    [birthDate, why],
    [identifier, family, birthDate, why],
    [identifier, identifier, why],
    [{ name: 'identifier', valueString: '   ' }, why],
    [{ name: 'identifier', valueString: 'x'.repeat(101) }, why],
    [family, { name: 'birthDate', valueDate: '1980' }, why],
    [identifier, { name: 'reason', valueString: 'x'.repeat(501) }],
  ]) {
    expect(request(wrong)).toEqual({ ok: false, error: { kind: 'malformed' } });
  }
  for (const short of ['', 'ill      ', '   .   .  ']) {
    const asked = request([identifier, { name: 'reason', valueString: short }]);
    if (short === '') expect(asked.ok).toBe(false);
    else expect(asked).toEqual({ ok: false, error: { kind: 'short-reason' } });
  }
});

test('what was granted travels as Parameters; without an end it has none', () => {
  for (const until of ['2026-11-26T20:00:00.000Z', null]) {
    const grant = { clientId: 'c1', until };
    expect(parametersToEmergencyGrant(emergencyGrantToParameters(grant))).toEqual({ ok: true, value: grant });
  }
  expect(parametersToEmergencyGrant({ resourceType: 'Parameters' }).ok).toBe(false);
});
