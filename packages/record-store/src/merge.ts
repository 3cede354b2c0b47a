import { type Composition, type FhirResource, noteSections, withNoteSections } from '@fieldchart/clinical';
import { diff3Merge } from 'node-diff3';
import { isSigned } from './rows.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Joins two edits of one text, word by word. Where both changed the same words `conflict`, and mine stand. */
export function mergeText(
  base: string,
  mine: string,
  theirs: string,
): { readonly text: string; readonly conflict: boolean } {
  if (mine === theirs || theirs === base) return { text: mine, conflict: false };
  if (mine === base) return { text: theirs, conflict: false };
  const regions = diff3Merge(words(mine), words(base), words(theirs), {
    excludeFalseConflicts: true,
  });
  return {
    text: regions.flatMap((region) => region.ok ?? region.conflict?.a ?? []).join(''),
    conflict: regions.some((region) => region.conflict !== undefined),
  };
}

/**
 * Three-way merge (C1): notes by section, everything else by top-level field. In a field that both changed
 * theirs stands and `conflict` is set; the caller keeps mine. Without a base every difference is a conflict.
 */
export function mergeResources(
  base: FhirResource | null,
  mine: FhirResource,
  theirs: FhirResource,
): { readonly resource: FhirResource; readonly conflict: boolean } {
  if (sameContent(mine, theirs)) return { resource: theirs, conflict: false };
  // C2: what is signed takes nothing in; else a text that nobody signed would stand under a signature.
  if (base === null || isSigned(theirs)) return { resource: theirs, conflict: true };
  if (base.resourceType === 'Composition' && mine.resourceType === 'Composition') {
    if (theirs.resourceType === 'Composition') return mergeNotes(base, mine, theirs);
  }
  const { fields, conflict } = mergeFields(toFields(base), toFields(mine), toFields(theirs), ['meta']);
  return { resource: fields as unknown as FhirResource, conflict };
}

/** Whether two resources say the same, apart from what the server sets. */
export function sameContent(a: FhirResource, b: FhirResource): boolean {
  return canonical({ ...a, meta: undefined }) === canonical({ ...b, meta: undefined });
}

function mergeNotes(base: Composition, mine: Composition, theirs: Composition) {
  const { fields, conflict } = mergeFields(toFields(base), toFields(mine), toFields(theirs), [
    'meta',
    'section',
    'date',
  ]);
  const textsOf = (note: Composition) =>
    Object.fromEntries(noteSections(note).map(({ code, text }) => [code, text]));
  const [before, ours, others] = [textsOf(base), textsOf(mine), textsOf(theirs)];
  if (Object.keys(ours).some((code) => !(code in others))) return { resource: theirs, conflict: true };
  let clash = conflict;
  const texts = Object.fromEntries(
    Object.entries(others).map(([code, text]) => {
      const merged = mergeText(before[code] ?? '', ours[code] ?? '', text);
      clash ||= merged.conflict;
      return [code, merged.conflict ? text : merged.text];
    }),
  );
  const note = { ...(fields as unknown as Composition), section: theirs.section } as Composition;
  return { resource: withNoteSections(note, texts), conflict: clash };
}

function mergeFields(base: Fields, mine: Fields, theirs: Fields, serverSide: readonly string[]) {
  const fields: Record<string, unknown> = {};
  let conflict = false;
  for (const name of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const [before, ours, others] = [base[name], mine[name], theirs[name]].map(canonical);
    const oursStands = !serverSide.includes(name) && others === before;
    if (!serverSide.includes(name) && ours !== before && others !== before && ours !== others) {
      conflict = true;
    }
    const value = oursStands ? mine[name] : theirs[name];
    if (value !== undefined) fields[name] = value;
  }
  return { fields, conflict };
}

function toFields(resource: FhirResource): Fields {
  return resource as unknown as Fields;
}

function words(text: string): string[] {
  return text.split(/(\s+)/u);
}

/** JSON with sorted names, so that two ways to write the same compare equal. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_name, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? ''
  );
}
