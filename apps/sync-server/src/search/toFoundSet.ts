import type { Bundle, BundleEntry } from '@fieldchart/clinical';
import { type VersionRow, withMeta } from '../fhir/answer.ts';
import { MOST_COUNTED, type SearchPage } from './searchPage.ts';

/**
 * A page as a searchset. `total` is left out where more answer than are counted. Where rows are still to be analysed,
 * the first entry says how many could not be looked at. `included` stands after what was found.
 */
export function toFoundSet(
  { rows, total, preparing }: SearchPage,
  links: { readonly self: string; readonly next: string | undefined },
  included: readonly VersionRow[] = [],
): Bundle {
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    ...(total === undefined || total === null ? {} : { total }),
    link: [
      { relation: 'self', url: links.self },
      ...(links.next === undefined ? [] : [{ relation: 'next', url: links.next }]),
    ],
    entry: [
      ...(preparing === 0 ? [] : [stillPreparing(preparing)]),
      ...rows.map((row) => ({
        fullUrl: `${row.type}/${row.id}`,
        resource: { ...withMeta(row) },
        search: { mode: 'match' as const, ...(row.score === undefined ? {} : { score: row.score }) },
      })),
      ...included.map((row) => ({
        fullUrl: `${row.type}/${row.id}`,
        resource: { ...withMeta(row) },
        search: { mode: 'include' as const },
      })),
    ],
  };
}

function stillPreparing(count: number): BundleEntry {
  const many = count > MOST_COUNTED ? `more than ${String(MOST_COUNTED)}` : String(count);
  return {
    resource: {
      resourceType: 'OperationOutcome',
      issue: [
        {
          severity: 'warning',
          code: 'incomplete',
          diagnostics: `${many} records are still being prepared for search and may be missing here; nothing is lost: ask again later`,
        },
      ],
    },
    search: { mode: 'outcome' },
  };
}
