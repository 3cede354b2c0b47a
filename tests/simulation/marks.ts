/**
 * Whatever is typed carries a mark of its own, so that it can be found again wherever it has gone: `#17.` stands in
 * one text only because somebody wrote it there, and twice only because something wrote it twice.
 */
export type Mark = string;

const MARK = /#\d+\./gu;

export function markOf(number: number): Mark {
  return `#${String(number)}.`;
}

/** Every mark of a text or of a value's JSON, as often as it stands there. */
export function marksIn(value: unknown): readonly Mark[] {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.match(MARK) ?? [];
}
