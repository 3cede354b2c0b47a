import type { ClinicSession } from './api.ts';
import type { Answer, CaseloadAnswer, FoundNotesAnswer, NoteCount, Query } from './queries.ts';

type QueryOf<Kind extends Query['kind']> = Extract<Query, { kind: Kind }>;

/** A list as far as it was asked for. */
export interface Pages<Row> {
  readonly rows: readonly Row[];
  /** There is a page after those that are here. */
  readonly more: boolean;
}
export type CaseloadPages = Pages<CaseloadAnswer['rows'][number]> & Pick<CaseloadAnswer, 'total'>;
/** `count` comes behind the rows; undefined until the first has come. */
export type NotePages = Pages<FoundNotesAnswer['rows'][number]> & { readonly count: NoteCount | undefined };

export interface WatchedPages {
  /** Asks for the page after the last. */
  readonly more: () => void;
  readonly end: () => void;
}

/** Watches the caseload page by page. `pagesAtOnce`: at least one. */
export function watchCaseload(
  watch: ClinicSession['watch'],
  query: Omit<QueryOf<'caseload'>, 'after'>,
  pagesAtOnce: number,
  onPages: (pages: CaseloadPages) => void,
): WatchedPages {
  return watchPages<CaseloadAnswer>({
    watchPage: (after, onAnswer) => watch({ ...query, ...(after === undefined ? {} : { after }) }, onAnswer),
    idOf: ({ clientId }) => clientId,
    pagesAtOnce,
    onPages: (pages, { total }) => onPages({ ...pages, total }),
  });
}

/** Watches the notes that were found page by page, and behind the first page how many there are. */
export function watchFoundNotes(
  watch: ClinicSession['watch'],
  query: Omit<QueryOf<'found-notes'>, 'after'>,
  pagesAtOnce: number,
  onPages: (pages: NotePages) => void,
): WatchedPages {
  let shown: Pages<FoundNotesAnswer['rows'][number]> | undefined;
  let count: NoteCount | undefined;
  let endCount: (() => void) | undefined;
  const publish = () => {
    if (shown !== undefined) onPages({ ...shown, count });
  };
  const { kind: _, limit: _limit, ...question } = query;
  const list = watchPages<FoundNotesAnswer>({
    watchPage: (after, onAnswer) => watch({ ...query, ...(after === undefined ? {} : { after }) }, onAnswer),
    idOf: ({ noteId }) => noteId,
    pagesAtOnce,
    onPages: (pages) => {
      shown = pages;
      publish();
      // To count takes longer than to find the first page: nobody waits for it.
      endCount ??= watch({ kind: 'count-notes', ...question }, (answer) => {
        count = answer;
        publish();
      });
    },
  });
  return {
    more: list.more,
    end: () => {
      list.end();
      endCount?.();
    },
  };
}

type PagedAnswer = Extract<Answer<Query>, { readonly next: unknown }>;
type RowOf<A extends PagedAnswer> = A['rows'][number];
type CursorOf<A extends PagedAnswer> = NonNullable<A['next']>;

interface Page<A extends PagedAnswer> {
  readonly after: CursorOf<A> | undefined;
  answer?: A;
  end(): void;
}

/**
 * Watches a list page by page, each by where the one before it ends: the hundredth page costs what the first does, and
 * a commit reads none twice. A page that begins elsewhere now is asked anew; meanwhile its old rows stay, and nothing is
 * shown twice.
 */
function watchPages<A extends PagedAnswer>(list: {
  readonly watchPage: (after: CursorOf<A> | undefined, onAnswer: (answer: A) => void) => () => void;
  readonly idOf: (row: RowOf<A>) => string;
  readonly pagesAtOnce: number;
  readonly onPages: (pages: Pages<RowOf<A>>, first: A) => void;
}): WatchedPages {
  const pages: Page<A>[] = [];
  let wanted = list.pagesAtOnce;

  const publish = () => {
    const answers = pages.flatMap(({ answer }) => answer ?? []);
    const [first] = answers;
    if (first === undefined) return;
    const rows = new Map<string, RowOf<A>>();
    // What has moved up stands as the page above says: the one below may be of before.
    for (const row of answers.flatMap((answer): readonly RowOf<A>[] => answer.rows)) {
      const id = list.idOf(row);
      if (!rows.has(id)) rows.set(id, row);
    }
    list.onPages({ rows: [...rows.values()], more: answers.at(-1)?.next !== null }, first);
  };
  const open = (at: number, after: CursorOf<A> | undefined) => {
    const before = pages[at];
    before?.end();
    const page: Page<A> = { after, end: () => {} };
    if (before?.answer !== undefined) page.answer = before.answer;
    pages[at] = page;
    page.end = list.watchPage(after, (answer) => {
      page.answer = answer;
      follow(at, answer.next as CursorOf<A> | null);
      publish();
    });
  };
  /** The page after `at` begins at `next`. */
  const follow = (at: number, next: CursorOf<A> | null) => {
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
      follow(pages.length - 1, last.answer.next as CursorOf<A>);
    },
    end() {
      for (const page of pages.splice(0)) page.end();
    },
  };
}

/** Cursors are few plain values, written in one place. */
function isSame(a: object | undefined, b: object): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}
