import type { ClinicSession } from './api.ts';
import type { CaseloadAnswer, ClientCursor, Query } from './queries.ts';

type CaseloadQuery = Extract<Query, { kind: 'caseload' }>;

/** The caseload as far as it was asked for. */
export interface CaseloadPages extends Pick<CaseloadAnswer, 'rows' | 'total'> {
  /** There is a page after those that are here. */
  readonly more: boolean;
}

interface Page {
  readonly after: ClientCursor | undefined;
  answer?: CaseloadAnswer;
  end(): void;
}

/**
 * Watches the caseload page by page, each by where the one before it ends: the hundredth page costs what the first does,
 * and a commit reads none twice. A page that begins elsewhere now is asked anew; meanwhile its old rows stay, and nobody
 * is shown twice. `pagesAtOnce`: at least one.
 */
export function watchCaseload(
  watch: ClinicSession['watch'],
  query: Omit<CaseloadQuery, 'after'>,
  pagesAtOnce: number,
  onPages: (pages: CaseloadPages) => void,
): { readonly more: () => void; readonly end: () => void } {
  const pages: Page[] = [];
  let wanted = pagesAtOnce;

  const publish = () => {
    const answers = pages.flatMap(({ answer }) => answer ?? []);
    const [first] = answers;
    if (first === undefined) return;
    const rows = new Map<string, CaseloadAnswer['rows'][number]>();
    // Who has moved up stands as the page above says: the one below may be of before.
    for (const row of answers.flatMap((answer) => answer.rows)) {
      if (!rows.has(row.clientId)) rows.set(row.clientId, row);
    }
    onPages({ rows: [...rows.values()], total: first.total, more: answers.at(-1)?.next !== null });
  };
  const open = (at: number, after: ClientCursor | undefined) => {
    const before = pages[at];
    before?.end();
    const page: Page = { after, end: () => {} };
    if (before?.answer !== undefined) page.answer = before.answer;
    pages[at] = page;
    page.end = watch({ ...query, ...(after === undefined ? {} : { after }) }, (answer) => {
      page.answer = answer;
      follow(at, answer.next);
      publish();
    });
  };
  /** The page after `at` begins at `next`. */
  const follow = (at: number, next: ClientCursor | null) => {
    if (next === null) {
      for (const page of pages.splice(at + 1)) page.end();
      return;
    }
    if (at + 1 >= wanted || isSame(pages[at + 1]?.after, next)) return;
    open(at + 1, next);
  };

  open(0, undefined);
  return {
    more() {
      const last = pages.at(-1);
      if (last?.answer === undefined || last.answer.next === null || wanted > pages.length) return;
      wanted = pages.length + 1;
      follow(pages.length - 1, last.answer.next);
    },
    end() {
      for (const page of pages.splice(0)) page.end();
    },
  };
}

function isSame(a: ClientCursor | undefined, b: ClientCursor): boolean {
  return a?.clientId === b.clientId && a.place === b.place && a.similar === b.similar;
}
