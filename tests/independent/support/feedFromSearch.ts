import { CHANGES_PATH } from '@fieldchart/clinical';
import type { FhirClient, ReadVerdict } from '@fieldchart/fhir-sync';
import type { Json } from './independentServer.ts';

/** What a search may have missed because it was written while the others ran is found by the next. */
const OVERLAP_MS = 10_000;

/**
 * For servers without `$changes`: answers it by searching each type by `_lastUpdated`. The cursor is the server's time
 * of the latest version seen. What a search cannot tell stays unsaid: deletions, the versions in between, which change
 * made a version, and whose caseload it is in.
 */
export function feedFromSearch(client: FhirClient, types: readonly string[]): FhirClient {
  const search = async (since: string): Promise<ReadVerdict> => {
    const found: Version[] = [];
    for (const type of types) {
      const answer = await client.read(`/fhir/${type}?_lastUpdated=ge${overlapping(since)}`);
      if (answer.kind !== 'resource') return answer;
      const page = answer.resource as Json as SearchPage;
      // A page more that nobody reads would be changes lost without a word.
      if (page.type !== 'searchset' || page.link?.some(({ relation }) => relation === 'next') === true)
        return { kind: 'unknown', code: 'not-fhir', serverFault: false };
      found.push(...(page.entry ?? []).map(({ resource }) => resource));
    }
    found.sort((a, b) => timeOf(a) - timeOf(b));
    const latest = found.at(-1)?.meta.lastUpdated ?? since;
    const url = `${CHANGES_PATH}?_cursor=${encodeURIComponent(latest)}`;
    return {
      kind: 'resource',
      resource: {
        resourceType: 'Bundle',
        type: 'history',
        entry: found.map((resource) => ({ resource })),
        link: [{ relation: 'resume', url }],
      },
    };
  };

  return {
    sendBundle: (bundle, body, options) => client.sendBundle(bundle, body, options),
    read(path, options) {
      if (!path.startsWith(CHANGES_PATH)) return client.read(path, options);
      return search(new URL(path, 'http://server').searchParams.get('_cursor') ?? BEGINNING);
    },
  };
}

interface Version {
  readonly meta: { readonly lastUpdated: string };
}

interface SearchPage {
  readonly type?: unknown;
  readonly entry?: readonly { readonly resource: Version }[];
  readonly link?: readonly { readonly relation: string }[];
}

const BEGINNING = '1970-01-01T00:00:10.000Z';

function overlapping(instant: string): string {
  return new Date(Date.parse(instant) - OVERLAP_MS).toISOString();
}

function timeOf(version: Version): number {
  return Date.parse(version.meta.lastUpdated);
}
