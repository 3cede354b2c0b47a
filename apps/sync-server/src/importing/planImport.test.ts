import {
  type FhirResource,
  clientOf,
  referencesOf,
  resourceKey,
  validateResource,
} from '@fieldchart/clinical';
import { expect, test } from 'vitest';
import { planImport } from './planImport.ts';

const context = {
  organizationId: 'o1',
  practitionerId: 'd1',
  practitionerName: 'Ana Duarte',
  knownIds: new Set(['Organization/o1', 'Practitioner/d1']),
  now: Date.UTC(2026, 0, 5),
};
const patientUrl = 'urn:uuid:0c6b1f3d-0000-4000-8000-000000000001';
const doctorUrl = 'urn:uuid:0c6b1f3d-0000-4000-8000-000000000002';
const visitUrl = 'urn:uuid:0c6b1f3d-0000-4000-8000-000000000003';
const patient = {
  resourceType: 'Patient',
  id: 'p1',
  meta: { versionId: '9', lastUpdated: '2020-01-01T00:00:00Z' },
};
const visit = {
  resourceType: 'Encounter',
  id: 'e1',
  status: 'finished',
  class: { code: 'AMB' },
  subject: { reference: patientUrl },
  participant: [{ individual: { reference: doctorUrl } }],
};

function bundle(...entry: readonly object[]): object {
  return { resourceType: 'Bundle', type: 'transaction', entry };
}

test('urn references become keys, the versions of another server go, the client gets a care team', () => {
  const doctor = { resourceType: 'Practitioner', name: [{ family: 'Ode' }] };
  const { take, report } = planImport(
    bundle(
      { fullUrl: visitUrl, resource: visit, request: { method: 'POST', url: 'Encounter' } },
      { fullUrl: patientUrl, resource: patient },
      { fullUrl: doctorUrl, resource: doctor },
    ),
    context,
  );
  const doctorKey = `Practitioner/${doctorUrl.slice('urn:uuid:'.length)}`;
  expect(take.map(({ resourceType }) => resourceType)).toEqual([
    'Practitioner',
    'Patient',
    'CareTeam',
    'Encounter',
  ]);
  expect(take[1]).toEqual({ resourceType: 'Patient', id: 'p1' });
  expect(take.slice(2).map(referencesOf)).toEqual([
    ['Patient/p1', 'Practitioner/d1', 'Organization/o1'],
    ['Patient/p1', doctorKey],
  ]);
  expect(take.every((resource) => validateResource(resource).ok)).toBe(true);
  expect(report.byType['Encounter']).toEqual({ taken: 1, refused: [] });
});

test('a type that is not kept is refused by name, and what only mentions it does without', () => {
  const device = { resourceType: 'Device', id: 'x' };
  const mention = {
    ...visit,
    basedOn: [{ reference: 'ServiceRequest/1' }],
    location: [{ location: { reference: 'Location/1', display: 'Ward' } }],
  };
  const { take, report } = planImport(
    bundle({ fullUrl: patientUrl, resource: patient }, { resource: device }, { resource: mention }),
    context,
  );
  expect(report.byType['Device']).toEqual({
    taken: 0,
    refused: [{ reason: 'not a type this server keeps', count: 1 }],
  });
  const taken = take.find((resource) => resource.resourceType === 'Encounter');
  expect(taken).not.toHaveProperty('basedOn');
  expect(taken).not.toHaveProperty('participant');
  expect(taken).toHaveProperty('location', [{ location: { display: 'Ward' } }]);
  expect(report.referencesLeftOut).toBe(3);
});

test('what is invalid is refused with the reason, and with it what cannot be without it', () => {
  const broken = { ...patient, gender: 'F' };
  const condition = { resourceType: 'Condition', id: 'c1', subject: { reference: patientUrl } };
  const named = { ...condition, id: 'c2', subject: { reference: patientUrl, display: 'Somebody' } };
  const { take, report } = planImport(
    bundle(
      { fullUrl: patientUrl, resource: broken },
      { resource: visit },
      { resource: condition },
      { resource: named },
    ),
    context,
  );
  expect(take).toEqual([]);
  expect(report.byType['Patient']?.refused[0]?.reason).toMatch(/^Patient\.gender: /u);
  expect(report.byType['Encounter']?.refused).toEqual([{ reason: 'its client was not taken', count: 1 }]);
  expect(report.byType['Condition']?.refused).toEqual([
    { reason: 'needs what was not taken', count: 1 },
    { reason: 'its client was not taken', count: 1 },
  ]);
});

test('flags, episodes and appointments come with their client; an appointment without its client does not', () => {
  const subject = { reference: patientUrl };
  const flag = { resourceType: 'Flag', id: 'f1', status: 'active', code: { text: 'Risk' }, subject };
  const episode = { resourceType: 'EpisodeOfCare', id: 'c1', status: 'active', patient: subject };
  const appointment = {
    resourceType: 'Appointment',
    id: 'a1',
    status: 'booked',
    start: '2026-01-12T10:00:00Z',
    end: '2026-01-12T10:45:00Z',
    participant: [
      { actor: { reference: 'urn:uuid:a-location', display: 'Clinic' }, status: 'accepted' },
      { actor: subject, status: 'accepted' },
    ],
  };
  const of = (resource: FhirResource) => `${resource.resourceType} of ${clientOf(resource)}`;
  const whole = planImport(
    bundle(
      { fullUrl: patientUrl, resource: patient },
      { resource: flag },
      { resource: episode },
      { resource: appointment },
    ),
    context,
  );
  expect(whole.take.filter(({ resourceType }) => resourceType !== 'CareTeam').map(of)).toEqual([
    'Patient of p1',
    'EpisodeOfCare of p1',
    'Appointment of p1',
    'Flag of p1',
  ]);
  expect(planImport(bundle({ resource: appointment }), context).take).toEqual([]);
});

test('the same bundle imported again changes nothing', () => {
  const json = bundle({ fullUrl: patientUrl, resource: patient }, { resource: visit });
  const first = planImport(json, context);
  const knownIds = new Set([...context.knownIds, ...first.take.map(resourceKey)]);
  const second = planImport(json, { ...context, knownIds });
  expect(second.take).toEqual([]);
  expect(second.report.byType['Patient']?.refused).toEqual([{ reason: 'already on this server', count: 1 }]);
  expect(planImport(json, context).take).toEqual(first.take);
});

test('references by address lead to what is known already, too', () => {
  const knownIds = new Set([...context.knownIds, 'Patient/p1']);
  const { take } = planImport(bundle({ fullUrl: patientUrl, resource: patient }, { resource: visit }), {
    ...context,
    knownIds,
  });
  expect(take.map(clientOf)).toEqual(['p1']);
});

test('a later bundle may add to a client that is known', () => {
  const knownIds = new Set([...context.knownIds, 'Patient/p1']);
  const later = {
    ...visit,
    subject: { reference: 'Patient/p1' },
    participant: [{ individual: { reference: 'Practitioner/d1' } }],
  };
  const { take } = planImport(bundle({ resource: later }), { ...context, knownIds });
  expect(take.map(clientOf)).toEqual(['p1']);
});

test('absolute addresses and conditional references inside the bundle are resolved, others on other servers stay', () => {
  const base = 'https://ehr.example/fhir';
  const doctor = { resourceType: 'Practitioner', id: 'd9', identifier: [{ system: 'urn:x', value: '7' }] };
  const foreign = {
    ...visit,
    subject: { reference: `${base}/Patient/p1` },
    participant: [{ individual: { reference: 'Practitioner?identifier=urn:x|7' } }],
    partOf: { reference: 'https://other.example/Encounter/4' },
  };
  const { take } = planImport(
    bundle({ fullUrl: `${base}/Patient/p1`, resource: patient }, { resource: doctor }, { resource: foreign }),
    context,
  );
  expect(take.at(-1)).toMatchObject({
    subject: { reference: 'Patient/p1' },
    participant: [{ individual: { reference: 'Practitioner/d9' } }],
    partOf: { reference: 'https://other.example/Encounter/4' },
  });
});

test('what is not an importable bundle is refused whole', () => {
  for (const json of [null, [], { resourceType: 'Patient' }, { resourceType: 'Bundle', type: 'history' }]) {
    const { take, report } = planImport(json, context);
    expect(take).toEqual([]);
    expect(report.byType['Bundle']?.refused).toHaveLength(1);
  }
  const deletion = { resource: patient, request: { method: 'DELETE', url: 'Patient/p1' } };
  expect(planImport(bundle(deletion, { fullUrl: 'urn:x' }), context).take).toEqual([]);
});
