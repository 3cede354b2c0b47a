import { Pressable } from 'react-native';
import { usePalette } from '../../theme/theme.ts';
import { Icon, type IconName } from '../../ui/Icon.tsx';
import { Text } from '../../ui/Text.tsx';

interface FilterChipProps {
  readonly label: string;
  readonly icon?: IconName;
  readonly chosen: boolean;
  /** It opens a choice: whether that is open. Else it is on or off by itself. */
  readonly expanded?: boolean;
  readonly testID: string;
  readonly onPress: () => void;
}

/** A filter that is on or off, or leads to a choice of some. */
export function FilterChip({ label, icon, chosen, expanded, testID, onPress }: FilterChipProps) {
  const palette = usePalette();
  return (
    <Pressable
      role="button"
      {...(expanded === undefined ? { 'aria-pressed': chosen } : { 'aria-expanded': expanded })}
      accessibilityState={expanded === undefined ? { selected: chosen } : { expanded }}
      onPress={onPress}
      testID={testID}
      style={{
        minHeight: 48,
        maxWidth: 300,
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
      {icon === undefined && !chosen ? null : (
        <Icon
          name={icon ?? 'check'}
          size={18}
          color={chosen ? palette.onPrimaryContainer : palette.onSurface}
        />
      )}
      <Text
        size="small"
        numberOfLines={1}
        style={{
          color: chosen ? palette.onPrimaryContainer : palette.onSurface,
          fontWeight: '600',
          flexShrink: 1,
        }}
      >
        {label}
      </Text>
      {expanded === undefined ? null : (
        <Icon
          name={expanded ? 'chevron-up' : 'chevron-down'}
          size={18}
          color={chosen ? palette.onPrimaryContainer : palette.onSurface}
        />
      )}
    </Pressable>
  );
}
