import { CHANGES_PATH, EMERGENCY_PATH, NARROWED_CLIENTS, REVIEW_PATH } from '@fieldchart/clinical';
import { toInstant } from '@fieldchart/foundation';
import { INCLUDE_CLIENTS } from '../search/includedClients.ts';
import { NARROWING_PARAMETERS } from '../search/narrowedClients.ts';
import { SEARCH_PARAMETERS } from './search.ts';
import { AUDIT_PARAMETERS } from './searchAudit.ts';

interface SearchParam {
  readonly name: string;
  readonly type: 'string' | 'reference';
  readonly documentation?: string;
}

const TOTAL_RULE =
  'Bundle.total is exact up to 1000 and left out beyond; _total=none leaves it out, _summary=count gives nothing else. An entry of search.mode outcome says when records are still being prepared.';

/** What the analyser answers beside {@link SEARCH_PARAMETERS}. */
const ANALYSED: Readonly<
  Record<
    string,
    {
      readonly parameters: readonly SearchParam[];
      readonly documentation: string;
      readonly include?: readonly string[];
    }
  >
> = {
  Composition: {
    parameters: [
      {
        name: '_content',
        type: 'string',
        documentation:
          'Words in all their forms, English and Spanish; "…" side by side; the last one may be the beginning of a word while nothing follows it. A comma means nothing here.',
      },
      { name: 'author', type: 'reference' },
    ],
    documentation: `With _content, author or _sort=-date: newest first, in pages that do not move. ${TOTAL_RULE}`,
    include: [INCLUDE_CLIENTS],
  },
  Patient: {
    parameters: [
      {
        name: '_content',
        type: 'string',
        documentation:
          'Any part of a name, identifier, phone, birth date or address (search.score 1), or a name that is misspelt by a letter (0.5, after the others). A comma means nothing here.',
      },
    ],
    documentation: `With _content, or _sort of family, -last-visit or birthdate, in pages that do not move. ${TOTAL_RULE}`,
  },
};

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
            searchParam: [
              ...parameters.map(({ name, type: kind }) => ({ name, type: kind })),
              ...(ANALYSED[type]?.parameters ?? []),
            ],
            ...(ANALYSED[type] === undefined ? {} : { documentation: ANALYSED[type].documentation }),
            ...(ANALYSED[type]?.include === undefined ? {} : { searchInclude: ANALYSED[type].include }),
            ...(type === 'Patient'
              ? {
                  operation: [
                    {
                      name: 'everything',
                      definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything',
                    },
                    operation(EMERGENCY_PATH, 'Gives a clinician one client of another caseload, for a time'),
                    operation(
                      NARROWED_CLIENTS,
                      `A named query: _query=${NARROWED_CLIENTS} with ${NARROWING_PARAMETERS.join(', ')}; each given part must hold`,
                    ),
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
