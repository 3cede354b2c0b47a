import { Pressable } from 'react-native';
import { usePalette } from '../../theme/theme.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Text } from '../../ui/Text.tsx';

interface FilterChipProps {
  readonly label: string;
  readonly chosen: boolean;
  readonly testID: string;
  readonly onPress: () => void;
}

/** A filter that is on or off. */
export function FilterChip({ label, chosen, testID, onPress }: FilterChipProps) {
  const palette = usePalette();
  return (
    <Pressable
      role="button"
      {...{ 'aria-pressed': chosen }}
      accessibilityState={{ selected: chosen }}
      onPress={onPress}
      testID={testID}
      style={{
        minHeight: 48,
        paddingHorizontal: 16,
        borderRadius: 24,
        borderWidth: 1,
        borderColor: chosen ? palette.primary : palette.outline,
        backgroundColor: chosen ? palette.primaryContainer : palette.surface,
        flexDirection: 'row',
        alignItems: 'center',
        gap: 6,
      }}
    >
      {chosen ? <Icon name="check" size={18} color={palette.onPrimaryContainer} /> : null}
      <Text
        size="small"
        style={{ color: chosen ? palette.onPrimaryContainer : palette.onSurface, fontWeight: '600' }}
      >
        {label}
      </Text>
    </Pressable>
  );
}
