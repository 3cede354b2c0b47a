import type { FhirResource } from '@fieldchart/clinical';
import { mergeText, type Conflict } from '@fieldchart/record-store';
import type { ConflictField } from './attentionViews.ts';
import { fieldsOf } from './recordFields.ts';

/**
 * Every field of a conflict as each side has it. Fields that only one side changed are joined; where both did, or
 * where the record has been edited since to something else again, a person chooses.
 */
export function conflictFields(
  conflict: Conflict & { readonly theirs: FhirResource },
  standing: FhirResource,
): readonly ConflictField[] {
  const textsOf = (resource: FhirResource | null) =>
    new Map(resource === null ? [] : fieldsOf(resource).map(({ code, text }) => [code, text] as const));
  const base = conflict.base === null ? null : textsOf(conflict.base);
  const [mines, nows] = [textsOf(conflict.mine), textsOf(standing)];
  const theirs = fieldsOf(conflict.theirs);
  const known = new Set(theirs.map(({ code }) => code));
  const all = [...theirs, ...fieldsOf(conflict.mine).filter(({ code }) => !known.has(code))];
  return all.map((field) => {
    const mine = mines.get(field.code) ?? '';
    const other = known.has(field.code) ? field.text : '';
    const now = nows.get(field.code) ?? '';
    const joined = join(base?.get(field.code) ?? (base === null ? null : ''), mine, other, field.kind);
    const edited = now !== mine && now !== other && now !== joined;
    return {
      ...field,
      text: joined ?? other,
      mine,
      theirs: other,
      now: edited ? now : null,
      open: joined === null || edited,
    };
  });
}

/** What two edits of one field come to; null where they do not join. */
function join(base: string | null, mine: string, theirs: string, kind: ConflictField['kind']): string | null {
  if (mine === theirs) return mine;
  if (base === null) return null;
  if (mine === base) return theirs;
  if (theirs === base) return mine;
  if (kind !== 'section') return null;
  const merged = mergeText(base, mine, theirs);
  return merged.conflict ? null : merged.text;
}
