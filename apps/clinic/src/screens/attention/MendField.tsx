import type { RecordField } from '@fieldchart/clinic-client';
import { View } from 'react-native';
import { groupIsoDate } from '../../i18n/format.ts';
import { testIds } from '../../testIds.ts';
import { Choice } from '../../ui/Choice.tsx';
import { Text } from '../../ui/Text.tsx';
import { TextField } from '../../ui/TextField.tsx';
import type { Caret } from '../note/caretAfterEdit.ts';
import { SectionInput } from '../note/SectionInput.tsx';
import { useFieldWords } from './useFieldWords.ts';

interface MendFieldProps {
  readonly field: RecordField;
  /** Names the field in the draft. */
  readonly name: string;
  readonly text: string;
  readonly error?: string | undefined;
  readonly label?: string | undefined;
  readonly initialCaret?: Caret | null;
  readonly onText: (name: string, text: string, caret: Caret | null) => void;
  readonly onCaret: (name: string, caret: Caret) => void;
}

/** One field of a record to be written anew, as its own form has it. */
export function MendField({ field, name, text, error, initialCaret = null, ...rest }: MendFieldProps) {
  const words = useFieldWords();
  const label = rest.label ?? words.label(field);
  switch (field.kind) {
    case 'section':
      return (
        <SectionInput
          code={name}
          label={label}
          text={text}
          initialCaret={initialCaret}
          onChange={rest.onText}
          onCaret={rest.onCaret}
        />
      );
    case 'line':
      return (
        <TextField
          label={label}
          error={error}
          value={text}
          inputMode={field.code === 'phone' ? 'tel' : field.code === 'birthDate' ? 'numeric' : 'text'}
          testID={testIds.attention.field(name)}
          onChangeText={(typed) =>
            rest.onText(name, field.code === 'birthDate' ? groupIsoDate(typed) : typed, null)
          }
        />
      );
    case 'choice':
      return (
        <Choice
          label={label}
          value={text}
          onChange={(value) => rest.onText(name, value, null)}
          options={words.options(field.code).map(({ value, label: word }) => ({
            value,
            label: word,
            testID: testIds.attention.field(`${name}-${value}`),
          }))}
        />
      );
    case 'moment':
      return text === '' ? null : (
        <View style={{ gap: 2 }}>
          <Text size="strong">{label}</Text>
          <Text>{words.value(field, text)}</Text>
        </View>
      );
    case 'whole':
      return null;
  }
}
