import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A transaction bundle as an EHR or Synthea exports it, in a file, with one client of a name nobody else has. */
export interface ExportedBundle {
  readonly file: string;
  readonly clientId: string;
  readonly family: string;
}

interface ExportedResource {
  readonly resourceType: string;
  readonly id: string | undefined;
  readonly [element: string]: unknown;
}

/** Two resources of it cannot be taken: a type that is not kept, and a visit without its status. */
export function writeExportedBundle(family: string): ExportedBundle {
  const [client, visit, broken, condition, doctor, clinic, claim] = Array.from({ length: 7 }, () =>
    randomUUID(),
  );
  const url = (id: string | undefined) => `urn:uuid:${id ?? ''}`;
  const subject = { reference: url(client) };
  const ambulatory = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' };
  const resources: readonly ExportedResource[] = [
    {
      resourceType: 'Patient',
      id: client,
      name: [{ use: 'official', family, given: ['Wilhelmina'] }],
      birthDate: '1971-05-06',
      gender: 'female',
    },
    { resourceType: 'Organization', id: clinic, name: 'Elsewhere Clinic' },
    { resourceType: 'Practitioner', id: doctor, name: [{ family: 'Elsewhere', given: ['Doc'] }] },
    {
      resourceType: 'Encounter',
      id: visit,
      status: 'finished',
      class: ambulatory,
      subject,
      participant: [{ individual: { reference: url(doctor) } }],
      serviceProvider: { reference: url(clinic) },
      period: { start: '2025-03-04T10:00:00Z', end: '2025-03-04T10:50:00Z' },
    },
    {
      resourceType: 'Condition',
      id: condition,
      clinicalStatus: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
      },
      code: { coding: [{ system: 'http://snomed.info/sct', code: '370143000' }], text: 'Major depression' },
      subject,
      encounter: { reference: url(visit) },
      onsetDateTime: '2025-03-04',
    },
    { resourceType: 'Claim', id: claim, status: 'active', patient: subject },
    { resourceType: 'Encounter', id: broken, class: ambulatory, subject },
  ];
  const bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: resources.map((resource) => ({
      fullUrl: url(resource.id),
      resource,
      request: { method: 'POST', url: resource.resourceType },
    })),
  };
  const file = join(mkdtempSync(join(tmpdir(), 'fieldchart-export-')), 'export.json');
  writeFileSync(file, JSON.stringify(bundle));
  return { file, clientId: client ?? '', family };
}
