import type { NoteNarrowing } from '@fieldchart/clinic-client';

export type SavedNoteFilter = 'all' | 'my-unsigned' | 'mine' | 'last-30-days';

/** What each filter with a name narrows the notes to. `me`: key of the user's practitioner. */
export const savedNoteFilters = (
  me: string,
): readonly (readonly [name: SavedNoteFilter, narrowing: NoteNarrowing])[] => [
  ['all', {}],
  ['my-unsigned', { author: me, status: 'preliminary' }],
  ['mine', { author: me }],
  ['last-30-days', { lastDays: 30 }],
];

/** Whether two narrowings let the same notes through. */
export function isSameNarrowing(a: NoteNarrowing, b: NoteNarrowing): boolean {
  const [parts, others] = [Object.entries(a), new Map<string, unknown>(Object.entries(b))];
  return parts.length === others.size && parts.every(([name, value]) => others.get(name) === value);
}

/** How many filters are on; both ends of a time are one. */
export function countNarrowing({ from, before, ...others }: NoteNarrowing): number {
  return Object.keys(others).length + (from === undefined && before === undefined ? 0 : 1);
}
