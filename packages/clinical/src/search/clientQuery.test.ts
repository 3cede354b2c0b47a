import { expect, test } from 'vitest';
import type { Patient } from '../fhir/people.ts';
import { clientDocument } from './clientDocument.ts';
import { compileClientText, matchClient } from './clientQuery.ts';

const patient: Patient = {
  resourceType: 'Patient',
  id: 'p1',
  identifier: [{ system: 'urn:mrn', value: 'MRN-12-12' }],
  name: [
    { use: 'official', family: 'González-Peña', given: ['María', 'José'] },
    { use: 'maiden', family: "O'Hara" },
  ],
  telecom: [{ system: 'phone', value: '+1 (555) 010-0199' }],
  birthDate: '1980-03-12',
  address: [{ line: ['12 Elm St'], city: 'Springfield', postalCode: '01101' }],
};

const match = (text: string) => matchClient(clientDocument(patient), compileClientText(text));

test.each([
  'gonza',
  'peña maria',
  'JOSE',
  'nzál',
  "o'hara",
  'ohara',
  'González-Peña',
  'mrn-12-12',
  'MRN1212',
  '(555) 010-0199',
  '5550100199',
  '1980-03-12',
  '1980-03',
  '3/12/1980',
  '12/03/1980',
  '12.3.1980',
  'elm springfield',
  '01101',
  '',
  '…',
])('%j is found as it was typed', (text) => {
  expect(match(text)).toBe('exact');
});

test.each(['Gonzales', 'Gonzlez', 'Gonzaleez', 'Gonazlez', 'Mraia', 'maria gonsalez'])(
  '%j is found as a misspelt name',
  (text) => {
    expect(match(text)).toBe('similar');
  },
);

test.each(['Gomez', 'Pi', 'Penitas', '1980-03-13', '5550100198', 'mar10', 'xyz'])(
  '%j is not found',
  (text) => {
    expect(match(text)).toBeUndefined();
  },
);

test('a name of any length sorts by its beginning, and a text of any length is searched by its own', () => {
  const family = Array.from({ length: 9999 }, (_, at) => `Name${String(at)}`).join(' ');
  const { sortName, nameKeys } = clientDocument({ ...patient, name: [{ family }] });
  expect(sortName).toHaveLength(100);
  expect(nameKeys.length).toBeLessThan(1000);
  expect(JSON.stringify(compileClientText('ab-'.repeat(50_000))).length).toBeLessThan(1000);
});

test('the list sorts by the family name, folded', () => {
  expect(clientDocument(patient).sortName).toBe('gonzalez-pena maria jose');
});
