import type { ConflictField, ConflictPick } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { Card } from '../../ui/Card.tsx';
import { Choice } from '../../ui/Choice.tsx';
import { Heading, Text } from '../../ui/Text.tsx';
import { DiffText } from './DiffText.tsx';
import { MendField } from './MendField.tsx';
import { pickedText, pickName } from './pickedText.ts';
import type { MendWork } from './useMendDraft.ts';
import { useFieldWords } from './useFieldWords.ts';

/** One field of a conflict: both texts beside each other, whose to take, and the text that comes of it. */
export function ConflictFieldCard({ field, work }: { field: ConflictField; work: MendWork }) {
  const { t } = useTranslation();
  const words = useFieldWords();
  const { draft } = work;
  const pick = draft.picks[field.code];
  const options: readonly { readonly value: ConflictPick; readonly label: string }[] = [
    { value: 'mine', label: t('attention.decide.mine') },
    { value: 'theirs', label: t('attention.decide.theirs') },
    ...(field.now === null ? [] : [{ value: 'now' as const, label: t('attention.decide.now') }]),
    ...(field.kind === 'section' ? [{ value: 'both' as const, label: t('attention.decide.both') }] : []),
  ];
  const name = pick === undefined ? null : pickName(field.code, pick);
  return (
    <Card style={{ gap: 16 }} testID={testIds.attention.conflict(field.code)}>
      <Heading level={3}>{words.label(field)}</Heading>
      <ConflictSides field={field} />
      <Choice
        label={t('attention.decide.whose')}
        value={pick ?? ''}
        onChange={(value) => work.pick(field.code, value as ConflictPick)}
        options={options.map((option) => ({
          ...option,
          testID: testIds.attention.pick(field.code, option.value),
        }))}
      />
      {pick === undefined || name === null || field.kind === 'moment' || field.kind === 'whole' ? null : (
        <MendField
          // A box of its own for each choice: the cursor of one text means nothing in another.
          key={name}
          field={field}
          name={name}
          label={t('attention.decide.result')}
          text={pickedText(field, pick, draft)}
          initialCaret={draft.position?.field === name ? draft.position : null}
          onText={work.type}
          onCaret={work.moveCaret}
        />
      )}
    </Card>
  );
}

/** Both texts, and the one that stands on the device where that is a third. */
export function ConflictSides({ field }: { field: ConflictField }) {
  const { t } = useTranslation();
  return (
    <View style={{ flexDirection: 'row', flexWrap: 'wrap', gap: 12 }}>
      <Side field={field} title={t('attention.mine')} own={field.mine} other={field.theirs} />
      <Side field={field} title={t('attention.theirs')} own={field.theirs} other={field.mine} />
      {field.now === null ? null : (
        <Side field={field} title={t('attention.now')} own={field.now} other={field.theirs} />
      )}
    </View>
  );
}

interface SideProps {
  readonly field: ConflictField;
  readonly title: string;
  readonly own: string;
  readonly other: string;
}

function Side({ field, title, own, other }: SideProps) {
  const palette = usePalette();
  const words = useFieldWords();
  return (
    <View
      style={{
        flexGrow: 1,
        flexShrink: 1,
        flexBasis: 260,
        gap: 6,
        padding: 12,
        borderRadius: 12,
        borderWidth: 1,
        borderColor: palette.line,
        backgroundColor: palette.background,
      }}
    >
      <Text size="small" tone="muted" style={{ fontWeight: '700' }}>
        {title}
      </Text>
      <DiffText own={words.value(field, own)} other={words.value(field, other)} />
    </View>
  );
}
