import type { CaseloadGroups, ClientGroupKind, CountedGroup } from '@fieldchart/clinic-client';
import type { ParseKeys } from 'i18next';
import { useTranslation } from 'react-i18next';
import { ScrollView } from 'react-native';
import { useSession } from '../../session/ShellContext.tsx';
import { useLive } from '../../session/useLive.ts';
import { testIds } from '../../testIds.ts';
import { Choice } from '../../ui/Choice.tsx';
import { FilterChip } from './FilterChip.tsx';

const kinds: readonly ClientGroupKind[] = ['program', 'team', 'diagnosis'];

const words: Readonly<Record<ClientGroupKind, { readonly name: ParseKeys; readonly any: ParseKeys }>> = {
  program: { name: 'caseload.group.program', any: 'caseload.group.anyProgram' },
  team: { name: 'caseload.group.team', any: 'caseload.group.anyTeam' },
  diagnosis: { name: 'caseload.group.diagnosis', any: 'caseload.group.anyDiagnosis' },
};

interface Chosen {
  readonly groups: CaseloadGroups;
  readonly open: ClientGroupKind | null;
}

/** The groups of this device's clients; without the user, who cares for all of them. */
function useGroups(): readonly CountedGroup[] {
  const { me } = useSession();
  const groups = useLive({ kind: 'client-groups' }) ?? [];
  return groups.filter(({ value }) => value !== `Practitioner/${me.practitionerId}`);
}

/** One chip for each kind of group that there is; it opens the choice among them. */
export function GroupChips({
  groups,
  open,
  onOpen,
}: Chosen & { readonly onOpen: (kind: ClientGroupKind | null) => void }) {
  const { t } = useTranslation();
  const all = useGroups();
  return kinds
    .filter((kind) => groups[kind] !== undefined || all.some((group) => group.kind === kind))
    .map((kind) => {
      const chosen = all.find((group) => group.kind === kind && group.value === groups[kind]);
      const name = t(words[kind].name as 'caseload.group.program');
      return (
        <FilterChip
          key={kind}
          label={chosen === undefined ? name : `${name}: ${chosen.label}`}
          chosen={groups[kind] !== undefined}
          expanded={open === kind}
          testID={testIds.caseload.groups(kind)}
          onPress={() => onOpen(open === kind ? null : kind)}
        />
      );
    });
}

/** Which group of a kind the list is narrowed to. */
export function GroupChoice({
  kind,
  chosen,
  onChange,
}: {
  readonly kind: ClientGroupKind;
  readonly chosen: string | undefined;
  readonly onChange: (value: string | undefined) => void;
}) {
  const { t } = useTranslation();
  const all = useGroups().filter((group) => group.kind === kind);
  return (
    <ScrollView style={{ maxHeight: 260 }} contentContainerStyle={{ paddingHorizontal: 12 }}>
      <Choice
        lines
        label={t(words[kind].name as 'caseload.group.program')}
        value={chosen ?? ''}
        onChange={(value) => onChange(value === '' ? undefined : value)}
        options={[
          {
            value: '',
            label: t(words[kind].any as 'caseload.group.anyProgram'),
            testID: testIds.caseload.group('any'),
          },
          ...all.map(({ value, label, clients }) => ({
            value,
            label,
            hint: t('caseload.count', { count: clients }),
            testID: testIds.caseload.group(value),
          })),
        ]}
      />
    </ScrollView>
  );
}
