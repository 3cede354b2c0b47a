import type { NewClient } from '@fieldchart/clinic-client';
import { type Control, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { formatDate } from '../../i18n/format.ts';
import { useLive } from '../../session/useLive.ts';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { Notice } from '../../ui/Notice.tsx';
import { TapLink } from '../../ui/TapLink.tsx';
import { Text } from '../../ui/Text.tsx';

/** Points out who may be the same person, before they are registered twice. Nothing is refused: the clinician knows. */
export function LikelyDuplicates({ control }: { control: Control<NewClient> }) {
  const { t, i18n } = useTranslation();
  const palette = usePalette();
  const [given, family, birthDate] = useWatch({ control, name: ['given', 'family', 'birthDate'] });
  const answer = useLive({ kind: 'likely-duplicates', given, family, birthDate });
  if (answer === undefined || answer.rows.length === 0) return null;
  return (
    <Notice
      tone="warning"
      announce
      title={t('register.duplicate')}
      text={t('register.duplicateText')}
      testID={testIds.register.duplicates}
    >
      <View style={{ gap: 8, paddingTop: 8 }}>
        {answer.rows.map((row) => (
          <TapLink
            key={row.clientId}
            to={`/clients/${row.clientId}`}
            testID={testIds.register.duplicate(row.clientId)}
            style={{
              minHeight: 48,
              padding: 10,
              borderRadius: 10,
              borderWidth: 1,
              borderColor: palette.outline,
              backgroundColor: palette.surface,
            }}
          >
            <Text size="strong">{row.name}</Text>
            <Text size="small" tone="muted">
              {[row.birthDate === null ? null : formatDate(row.birthDate, i18n.language), row.city]
                .filter((fact) => fact !== null)
                .join(' · ')}
            </Text>
          </TapLink>
        ))}
      </View>
    </Notice>
  );
}
