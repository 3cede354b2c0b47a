import { expect, test } from 'vitest';
import { clientOf, referencesOf, resourceKey, validateResource } from '../index.ts';
import type { FhirResource } from '../index.ts';

const visit = {
  resourceType: 'Encounter',
  id: 'e1',
  status: 'finished',
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'HH' },
  subject: { reference: 'Patient/p1' },
  period: { start: '2026-01-05T10:00:00Z', end: '2026-01-05T11:00:00+02:00' },
};

function problems(json: unknown): string[] {
  const result = validateResource(json);
  return result.ok ? [] : result.error.issues.map(({ path, message }) => `${path}: ${message}`);
}

test('a resource with all that its type needs is accepted', () => {
  expect(
    problems({ ...visit, period: { start: '2026-01-05T10:00:00Z', end: '2026-01-05T11:00:00Z' } }),
  ).toEqual([]);
});

test('what is not a stored resource is refused', () => {
  for (const json of [null, [], 'x', {}, { resourceType: 'Basic', id: 'a' }, { resourceType: 'toString' }]) {
    expect(problems(json)).toHaveLength(1);
  }
});

test('an unknown field is refused at any depth, with the path of its parent', () => {
  expect(problems({ ...visit, colour: 'red' })).toHaveLength(2);
  expect(problems({ ...visit, period: undefined, class: { code: 'HH', kod: 1 } })[0]).toMatch(
    /^Encounter\.class: /u,
  );
});

test('a period that ends before it starts is refused, across time zones', () => {
  expect(problems(visit)).toEqual(['Encounter.period: per-1: the period ends before it starts']);
});

test('a missing element, a code out of its binding and a day that does not exist are refused', () => {
  expect(problems({ ...visit, period: undefined, status: undefined })).toHaveLength(1);
  expect(problems({ ...visit, period: undefined, status: 'done' })).toHaveLength(1);
  expect(problems({ resourceType: 'Patient', id: 'p', birthDate: '2023-02-29' })).toHaveLength(1);
  expect(problems({ resourceType: 'Patient', id: 'p', birthDate: '2024-02-29' })).toEqual([]);
});

test('two values of one choice are refused', () => {
  const patient = { resourceType: 'Patient', id: 'p', deceasedBoolean: true, deceasedDateTime: '2020' };
  expect(problems(patient)).toEqual(['Patient: at most one of deceasedBoolean, deceasedDateTime']);
});

test('control characters, lone surrogates and empty lists are refused', () => {
  const named = (family: string) => ({ resourceType: 'Patient', id: 'p', name: [{ family }] });
  expect(problems(named('Ünlü 𝒜'))).toEqual([]);
  expect(problems(named('a\u0000b'))).toHaveLength(1);
  expect(problems(named('a\ud800b'))).toHaveLength(1);
  expect(problems({ resourceType: 'Patient', id: 'p', name: [] })).toHaveLength(1);
});

test('the sibling of a declared primitive is accepted, of anything else refused', () => {
  const absent = {
    extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }],
  };
  expect(problems({ resourceType: 'Patient', id: 'p', _birthDate: absent })).toEqual([]);
  expect(problems({ resourceType: 'Patient', id: 'p', name: [{ given: ['A'], _given: [absent] }] })).toEqual(
    [],
  );
  expect(problems({ resourceType: 'Patient', id: 'p', _name: absent })).toHaveLength(1);
});

test('an extension holds one value or extensions, never both or neither', () => {
  const extended = (extension: object) => ({ resourceType: 'Patient', id: 'p', extension: [extension] });
  expect(
    problems(extended({ url: 'u:a', valueUuid: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520' })),
  ).toEqual([]);
  expect(problems(extended({ url: 'u:a', extension: [{ url: 'b', valueBoolean: false }] }))).toEqual([]);
  expect(problems(extended({ url: 'u:a' }))).toHaveLength(1);
  expect(problems(extended({ url: 'u:a', valueCode: 'a', valueString: 'b' }))).toHaveLength(1);
});

test('a consent needs a policy or a policy rule (ppc-1)', () => {
  const consent = {
    resourceType: 'Consent',
    id: 'c',
    status: 'active',
    scope: { coding: [{ code: 'treatment' }] },
    category: [{ text: 'Consent' }],
    patient: { reference: 'Patient/p1' },
  };
  expect(problems(consent)).toEqual(['Consent: ppc-1: either a policy or a policyRule']);
  expect(problems({ ...consent, policyRule: { text: 'our own' } })).toEqual([]);
});

test('active content in a narrative is refused', () => {
  const text = (div: string) => ({ resourceType: 'Patient', id: 'p', text: { status: 'generated', div } });
  expect(problems(text('<div xmlns="http://www.w3.org/1999/xhtml"><p>on a walk</p></div>'))).toEqual([]);
  expect(problems(text('<div><script>1</script></div>'))).toHaveLength(1);
  expect(problems(text('<div><p onclick="x()">a</p></div>'))).toHaveLength(1);
  expect(problems(text('plain'))).toHaveLength(1);
});

test('messages name elements and rules, never values', () => {
  const result = problems({
    resourceType: 'Patient',
    id: 'Maria Quispe',
    birthDate: 'Maria',
    gender: 'Maria',
  });
  expect(result).toHaveLength(3);
  expect(result.join(' ')).not.toContain('Maria');
});

test('references are found at any depth, each once, versions folded, foreign ones left out', () => {
  const provenance: FhirResource = {
    resourceType: 'Provenance',
    id: 'v',
    target: [{ reference: 'Composition/n1/_history/2' }, { reference: 'Composition/n1' }],
    recorded: '2026-01-05T10:00:00Z',
    agent: [
      {
        who: { reference: 'Practitioner/d1' },
        onBehalfOf: { reference: 'https://other.example/Organization/1' },
      },
    ],
    signature: [{ type: [{ code: 'x' }], when: '2026-01-05T10:00:00Z', who: { reference: 'urn:uuid:1' } }],
  };
  expect(referencesOf(provenance)).toEqual(['Composition/n1', 'Practitioner/d1']);
  expect(resourceKey(provenance)).toBe('Provenance/v');
  expect(clientOf(provenance)).toBeUndefined();
});

test('O3: references are found at any depth, in contained resources, and in the URLs of attachments', () => {
  const document = {
    resourceType: 'DocumentReference',
    id: 'd1',
    contained: [
      { resourceType: 'Location', id: 'home', managingOrganization: { reference: 'Organization/o1' } },
    ],
    context: {
      encounter: [{ reference: 'Encounter/e1/_history/3' }],
      sourcePatientInfo: { reference: '#home' },
    },
    content: [
      { attachment: { url: 'Binary/b1', title: 'Patient/not-a-reference' } },
      { attachment: { url: 'https://elsewhere.example/Binary/b2' } },
    ],
  };
  expect(referencesOf(document as unknown as FhirResource)).toEqual([
    'Organization/o1',
    'Encounter/e1',
    'Binary/b1',
  ]);
});

const booking = {
  resourceType: 'Appointment',
  id: 'a1',
  status: 'booked',
  start: '2026-01-12T10:00:00Z',
  end: '2026-01-12T10:45:00Z',
  participant: [
    { actor: { reference: 'Practitioner/d1' }, status: 'accepted' },
    { actor: { reference: 'Patient/p1' }, status: 'accepted' },
  ],
};
const risk = {
  resourceType: 'Flag',
  id: 'f1',
  status: 'active',
  code: { text: 'Dog in the yard' },
  subject: { reference: 'Patient/p1' },
};
const episode = {
  resourceType: 'EpisodeOfCare',
  id: 'c1',
  status: 'active',
  patient: { reference: 'Patient/p1' },
};

test('a flag needs a status, a code and whom it is about; an episode its status and client', () => {
  expect([...problems(risk), ...problems(episode)]).toEqual([]);
  for (const missing of ['status', 'code', 'subject']) {
    expect(problems({ ...risk, [missing]: undefined }), missing).toHaveLength(1);
  }
  for (const missing of ['status', 'patient']) {
    expect(problems({ ...episode, [missing]: undefined }), missing).toHaveLength(1);
  }
  expect(problems({ ...risk, status: 'resolved' })).toHaveLength(1);
  expect(problems({ ...episode, status: 'on-hold' })).toHaveLength(1);
});

test('an appointment keeps the rules of R4: app-1 to app-4', () => {
  expect(problems(booking)).toEqual([]);
  expect(problems({ ...booking, participant: [] })).toHaveLength(1);
  expect(problems({ ...booking, participant: [{ status: 'accepted' }] })[0]).toMatch(
    /^Appointment\.participant\[0\]: app-1/u,
  );
  expect(problems({ ...booking, end: undefined })[0]).toMatch(/app-2/u);
  expect(problems({ ...booking, start: undefined, end: undefined })[0]).toMatch(/app-3/u);
  for (const status of ['proposed', 'cancelled', 'waitlist']) {
    expect(problems({ ...booking, status, start: undefined, end: undefined }), status).toEqual([]);
  }
  expect(problems({ ...booking, cancelationReason: { text: 'snow' } })[0]).toMatch(/app-4/u);
  expect(problems({ ...booking, status: 'noshow', cancelationReason: { text: 'snow' } })).toEqual([]);
});

test('flag, episode and appointment are filed under their client, an appointment by who takes part', () => {
  expect(clientOf(risk as FhirResource)).toBe('p1');
  expect(clientOf(episode as FhirResource)).toBe('p1');
  expect(clientOf(booking as FhirResource)).toBe('p1');
  const [clinician] = booking.participant;
  expect(clientOf({ ...booking, participant: [clinician] } as FhirResource)).toBeUndefined();
});

test('a resource is filed under its client', () => {
  expect(clientOf({ resourceType: 'Patient', id: 'p1' })).toBe('p1');
  expect(clientOf(visit as FhirResource)).toBe('p1');
  expect(clientOf({ resourceType: 'Practitioner', id: 'd1' })).toBeUndefined();
});
