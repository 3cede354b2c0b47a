import type { CaseloadView } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { Pressable, View } from 'react-native';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Text } from '../../ui/Text.tsx';

type Subject = CaseloadView['subject'];

/** Whether the search box looks for clients or in notes. */
export function SubjectTabs({
  subject,
  onChange,
}: {
  subject: Subject;
  onChange: (subject: Subject) => void;
}) {
  const { t } = useTranslation();
  const palette = usePalette();
  const tab = (value: Subject, label: string, icon: 'account-outline' | 'file-document-outline') => {
    const chosen = subject === value;
    return (
      <Pressable
        role="radio"
        aria-checked={chosen}
        onPress={() => onChange(value)}
        testID={testIds.caseload.subject(value)}
        style={{
          flex: 1,
          minHeight: 48,
          flexDirection: 'row',
          alignItems: 'center',
          justifyContent: 'center',
          gap: 8,
          borderBottomWidth: 3,
          borderBottomColor: chosen ? palette.primary : 'transparent',
        }}
      >
        <Icon name={icon} size={20} color={chosen ? palette.primary : palette.muted} />
        <Text size="strong" tone={chosen ? 'primary' : 'muted'}>
          {label}
        </Text>
      </Pressable>
    );
  };
  return (
    <View
      role="radiogroup"
      accessibilityLabel={t('caseload.subject')}
      style={{
        flexDirection: 'row',
        marginHorizontal: 12,
        borderBottomWidth: 1,
        borderBottomColor: palette.line,
      }}
    >
      {tab('clients', t('found.clients'), 'account-outline')}
      {tab('notes', t('found.notes'), 'file-document-outline')}
    </View>
  );
}
