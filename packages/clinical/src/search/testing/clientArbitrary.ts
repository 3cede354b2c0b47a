import fc from 'fast-check';
import { createEncounter } from '../../chart.ts';
import type { Encounter } from '../../fhir/care.ts';
import type { Patient } from '../../fhir/people.ts';
import { SEARCHED_CLIENTS } from './noteArbitrary.ts';

const GIVEN = ['María', 'Maria', 'Mario', 'José', 'Jo', 'Ana', 'Łucja', 'Noor', 'Ángel'];
const FAMILY = [
  'González-Peña',
  'Gonzalez',
  'Gonzales',
  'Gomez',
  "O'Hara",
  'Ohara',
  'Ångström',
  'Li',
  '漢',
  'de la Cruz',
];
const PHONES = ['+1 (406) 555-0137', '4065550138', '555-0139'];
const NUMBERS = ['MRN-12-12', 'MRN1212', '12'];
const BIRTHS = ['1980-02-03', '1980-03-02', '1980-02', '1979'];
const TYPED = [
  ...GIVEN,
  ...FAMILY,
  ...PHONES,
  ...NUMBERS,
  ...BIRTHS,
  '3/2/1980',
  '02.03.1980',
  'elm',
  'Springfield',
  '01101',
];

/** Clients of {@link SEARCHED_CLIENTS}, all of them, and some more. */
export const patientsArbitrary: fc.Arbitrary<Patient[]> = fc
  .tuple(
    fc.tuple(...SEARCHED_CLIENTS.map(patientArbitrary)),
    fc.tuple(...['d', 'D', '0'].map(patientArbitrary)),
  )
  .chain(([always, more]) => fc.subarray(more).map((some) => [...always, ...some]));

function patientArbitrary(id: string): fc.Arbitrary<Patient> {
  const name = fc.record({ family: fc.constantFrom(...FAMILY), given: fc.constantFrom(...GIVEN) });
  return fc
    .record({
      name,
      maiden: fc.option(name, { nil: undefined }),
      phone: fc.constantFrom(...PHONES, undefined),
      number: fc.constantFrom(...NUMBERS, undefined),
      birthDate: fc.constantFrom(...BIRTHS, undefined),
      city: fc.constantFrom('Springfield', 'Ann Arbor', undefined),
    })
    .map(({ name: official, maiden, phone, number, birthDate, city }) => ({
      resourceType: 'Patient' as const,
      id,
      name: [
        { use: 'official' as const, family: official.family, given: [official.given] },
        ...(maiden === undefined ? [] : [{ use: 'maiden' as const, family: maiden.family }]),
      ],
      ...(phone === undefined ? {} : { telecom: [{ system: 'phone' as const, value: phone }] }),
      ...(number === undefined ? {} : { identifier: [{ system: 'urn:mrn', value: number }] }),
      ...(birthDate === undefined ? {} : { birthDate }),
      ...(city === undefined ? {} : { address: [{ line: ['12 Elm St'], city, postalCode: '01101' }] }),
    }));
}

/** Visits of those clients: some were cancelled, some clients were never seen. */
export function visitsArbitrary(patients: readonly Patient[]): fc.Arbitrary<Encounter[]> {
  const visit = fc.record({
    client: fc.nat(Math.max(patients.length - 1, 0)),
    day: fc.nat(3),
    status: fc.constantFrom(
      'finished' as const,
      'in-progress' as const,
      'cancelled' as const,
      'planned' as const,
    ),
  });
  return fc.array(visit, { maxLength: 8 }).map((visits) =>
    visits.flatMap(({ client, day, status }, at) => {
      const clientId = patients[client]?.id;
      if (clientId === undefined) return [];
      const startedAt = day * 86_400_000;
      const made = createEncounter({
        id: `visit${String(at)}`,
        clientId,
        practitionerId: 'ana',
        practitionerName: 'ana',
        organizationId: 'org',
        place: 'HH',
        location: '',
        startedAt,
      });
      return [{ ...made, status }];
    }),
  );
}

/** What somebody types to find a client: parts of names, misspelt or not, numbers, dates, nonsense. */
export const clientTextArbitrary: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...TYPED) },
      {
        weight: 4,
        arbitrary: fc
          .tuple(fc.constantFrom(...TYPED), fc.nat(4), fc.nat(8))
          .map(([text, from, length]) => text.slice(from, from + length)),
      },
      { weight: 4, arbitrary: misspelt() },
      { weight: 1, arbitrary: fc.constantFrom(`'`, '%', '_', '\\', '" & |', ':*', '…', '🙂') },
    ),
    { maxLength: 2 },
  )
  .map((parts) => parts.join(' '));

/** A letter left out, added, changed, or exchanged with its neighbour. */
function misspelt(): fc.Arbitrary<string> {
  const names = [...GIVEN, ...FAMILY];
  return fc
    .tuple(fc.constantFrom(...names), fc.nat(12), fc.constantFrom('out', 'in', 'other', 'swap'))
    .map(([name, place, how]) => {
      const letters = Array.from(name);
      const at = place % letters.length;
      const [here = '', next = ''] = letters.slice(at, at + 2);
      const instead = { out: '', in: `x${here}`, other: 'x', swap: `${next}${here}` }[how];
      letters.splice(at, how === 'swap' ? 2 : 1, instead);
      return letters.join('');
    });
}
