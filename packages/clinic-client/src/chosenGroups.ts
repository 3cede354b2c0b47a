import { CLIENT_GROUP_KINDS } from '@fieldchart/clinical';
import type { ChosenGroup } from '@fieldchart/record-store';
import type { CaseloadGroups } from './queries.ts';

/** The groups that the screens narrow a list to, each once. */
export function chosenGroups(groups: CaseloadGroups): readonly ChosenGroup[] {
  return CLIENT_GROUP_KINDS.flatMap((kind) => {
    const value = groups[kind];
    return value === undefined ? [] : [{ kind, value }];
  });
}
