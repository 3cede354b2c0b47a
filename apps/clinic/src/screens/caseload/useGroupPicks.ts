import type { CaseloadGroups, ClientGroupKind } from '@fieldchart/clinic-client';
import type { ParseKeys } from 'i18next';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../session/ShellContext.tsx';
import { useLive } from '../../session/useLive.ts';
import { testIds } from '../../testIds.ts';
import type { FilterPick } from './PickChip.tsx';

const kinds: readonly ClientGroupKind[] = ['program', 'team', 'diagnosis'];

const words: Readonly<Record<ClientGroupKind, { readonly name: ParseKeys; readonly any: ParseKeys }>> = {
  program: { name: 'caseload.group.program', any: 'caseload.group.anyProgram' },
  team: { name: 'caseload.group.team', any: 'caseload.group.anyTeam' },
  diagnosis: { name: 'caseload.group.diagnosis', any: 'caseload.group.anyDiagnosis' },
};

/** What the clients of this device can be narrowed to; without the user, who cares for all of them. */
export function useGroupPicks(
  groups: CaseloadGroups,
  onChange: (groups: CaseloadGroups) => void,
): readonly FilterPick[] {
  const { t } = useTranslation();
  const { me } = useSession();
  const all = (useLive({ kind: 'client-groups' }) ?? []).filter(
    ({ value }) => value !== `Practitioner/${me.practitionerId}`,
  );
  return kinds
    .filter((kind) => groups[kind] !== undefined || all.some((group) => group.kind === kind))
    .map((kind) => ({
      id: kind,
      name: t(words[kind].name as 'caseload.group.program'),
      any: t(words[kind].any as 'caseload.group.anyProgram'),
      anyTestID: testIds.caseload.group('any'),
      value: groups[kind],
      options: all
        .filter((group) => group.kind === kind)
        .map(({ value, label, clients }) => ({
          value,
          label,
          hint: t('caseload.count', { count: clients }),
          testID: testIds.caseload.group(value),
        })),
      testID: testIds.caseload.groups(kind),
      onPick: (value) => {
        const { [kind]: _, ...others } = groups;
        onChange(value === undefined ? others : { ...others, [kind]: value });
      },
    }));
}
