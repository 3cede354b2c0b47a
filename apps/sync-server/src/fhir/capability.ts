import { CHANGES_PATH, EMERGENCY_PATH, REVIEW_PATH } from '@fieldchart/clinical';
import { toInstant } from '@fieldchart/foundation';
import { SEARCH_PARAMETERS } from './search.ts';
import { AUDIT_PARAMETERS } from './searchAudit.ts';

const INTERACTIONS = ['read', 'vread', 'update', 'history-instance', 'history-type', 'search-type'];

/** `GET /fhir/metadata`: what this server does, generated from what it accepts. */
export function capabilityStatement(baseUrl: string, now: number): object {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: toInstant(now),
    kind: 'instance',
    software: { name: 'Fieldchart sync server' },
    implementation: { description: 'Fieldchart', url: `${baseUrl}/fhir` },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json'],
    rest: [
      {
        mode: 'server',
        security: {
          service: [
            {
              coding: [
                {
                  system: 'http://terminology.hl7.org/CodeSystem/restful-security-service',
                  code: 'SMART-on-FHIR',
                },
              ],
            },
          ],
        },
        interaction: [{ code: 'transaction' }, { code: 'batch' }, { code: 'history-system' }],
        operation: [
          operation(CHANGES_PATH, 'The change feed of the caseload, in pages, which may be waited for'),
          operation(REVIEW_PATH, 'Takes late work for a client who has left the caseload'),
        ],
        resource: [
          ...Object.entries(SEARCH_PARAMETERS).map(([type, parameters]) => ({
            type,
            interaction: INTERACTIONS.map((code) => ({ code })),
            versioning: 'versioned-update',
            readHistory: true,
            updateCreate: true,
            searchParam: parameters.map(({ name, type: kind }) => ({ name, type: kind })),
            ...(type === 'Patient'
              ? {
                  operation: [
                    {
                      name: 'everything',
                      definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything',
                    },
                    operation(EMERGENCY_PATH, 'Gives a clinician one client of another caseload, for a time'),
                  ],
                }
              : {}),
          })),
          { type: 'AuditEvent', interaction: [{ code: 'search-type' }], searchParam: AUDIT_PARAMETERS },
        ],
      },
    ],
  };
}

function operation(path: string, documentation: string): object {
  const name = path.slice(path.indexOf('$') + 1);
  return {
    name,
    definition: `https://fieldchart.org/fhir/OperationDefinition/${name}`,
    documentation,
  };
}
