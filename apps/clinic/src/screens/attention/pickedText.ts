import type { ConflictField, ConflictPick, MendDraft } from '@fieldchart/clinic-client';

/** Names a field's text under one choice: what was typed into it stays when another choice is tried. */
export const pickName = (code: string, pick: ConflictPick): string => `${code}/${pick}`;

/** The text that a choice comes to: what was typed into it, else the chosen side's as it is. */
export function pickedText(
  field: ConflictField,
  pick: ConflictPick,
  draft: Pick<MendDraft, 'texts'>,
): string {
  const typed = draft.texts[pickName(field.code, pick)];
  if (typed !== undefined) return typed;
  switch (pick) {
    case 'mine':
      return field.mine;
    case 'theirs':
      return field.theirs;
    case 'now':
      return field.now ?? field.theirs;
    case 'both':
      return [field.mine, field.theirs].filter((text) => text !== '').join('\n\n');
  }
}

/** The decided texts of the open fields by code; undefined while one of them has no choice. */
export function decidedTexts(
  fields: readonly ConflictField[],
  draft: Pick<MendDraft, 'texts' | 'picks'>,
): Readonly<Record<string, string>> | undefined {
  const texts: Record<string, string> = {};
  for (const field of fields.filter(({ open }) => open)) {
    const pick = draft.picks[field.code];
    if (pick === undefined) return undefined;
    texts[field.code] = pickedText(field, pick, draft);
  }
  return texts;
}
