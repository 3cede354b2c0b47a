import type { RecordField } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { Heading, Text } from '../../ui/Text.tsx';
import { useFieldWords } from './useFieldWords.ts';

/** A record's fields to read; short ones in one line, those without text left out unless they are sections. */
export function FieldTexts({ fields }: { fields: readonly RecordField[] }) {
  const { t } = useTranslation();
  const words = useFieldWords();
  return (
    <View style={{ gap: 12 }}>
      {fields
        .filter(({ kind, text }) => kind === 'section' || (kind !== 'whole' && text !== ''))
        .map((field) =>
          field.kind === 'section' ? (
            <View key={field.code} style={{ gap: 2 }}>
              <Heading level={3}>{words.label(field)}</Heading>
              <Text tone={field.text === '' ? 'muted' : 'normal'}>
                {field.text === '' ? t('note.emptySection') : field.text}
              </Text>
            </View>
          ) : (
            <Text key={field.code}>
              <Text tone="muted">{words.label(field)}: </Text>
              {words.value(field, field.text)}
            </Text>
          ),
        )}
    </View>
  );
}
