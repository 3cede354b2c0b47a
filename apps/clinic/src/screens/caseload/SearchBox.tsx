import { useTranslation } from 'react-i18next';
import { TextInput, View } from 'react-native';
import { usePalette } from '../../theme/theme.ts';
import { IconButton } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { PRIVATE_INPUT } from '../../ui/TextField.tsx';

interface SearchBoxProps {
  readonly label: string;
  readonly value: string;
  readonly testID: string;
  readonly onChange: (search: string) => void;
}

/** The one search box: of clients, or of what was written about them. */
export function SearchBox({ label, value, testID, onChange }: SearchBoxProps) {
  const { t } = useTranslation();
  const palette = usePalette();
  return (
    <View
      accessibilityRole="search"
      style={{
        flex: 1,
        flexDirection: 'row',
        alignItems: 'center',
        borderWidth: 1,
        borderColor: palette.outline,
        borderRadius: 26,
        paddingLeft: 14,
        backgroundColor: palette.surface,
      }}
    >
      <Icon name="magnify" color={palette.muted} />
      <TextInput
        {...PRIVATE_INPUT}
        value={value}
        onChangeText={onChange}
        accessibilityLabel={label}
        placeholder={label}
        placeholderTextColor={palette.muted}
        testID={testID}
        style={{
          flex: 1,
          minWidth: 0,
          minHeight: 50,
          paddingHorizontal: 10,
          borderRadius: 24,
          fontSize: 16,
          color: palette.onSurface,
        }}
      />
      {value === '' ? null : (
        <IconButton icon="close" label={t('caseload.clearSearch')} onPress={() => onChange('')} />
      )}
    </View>
  );
}
