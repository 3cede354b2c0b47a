import { View } from 'react-native';
import { usePalette } from '../theme/theme.ts';
import { Icon, type IconName } from './Icon.tsx';
import { Text } from './Text.tsx';

interface BadgeProps {
  readonly label: string;
  readonly icon?: IconName;
  readonly tone?: 'quiet' | 'good' | 'warning' | 'error';
  readonly testID?: string;
  readonly state?: string;
}

/** A word about a thing's state; never told by colour alone. */
export function Badge({ label, icon, tone = 'quiet', testID, state }: BadgeProps) {
  const palette = usePalette();
  const [back, ink] = {
    quiet: [palette.raised, palette.muted],
    good: [palette.primaryContainer, palette.onPrimaryContainer],
    warning: [palette.amberContainer, palette.onAmberContainer],
    error: [palette.errorContainer, palette.onErrorContainer],
  }[tone] as [string, string];
  return (
    <View
      testID={testID}
      {...(state === undefined ? {} : { dataSet: { state } })}
      style={{
        flexDirection: 'row',
        alignItems: 'center',
        gap: 6,
        paddingHorizontal: 10,
        paddingVertical: 3,
        borderRadius: 10,
        backgroundColor: back,
        flexShrink: 1,
      }}
    >
      {icon === undefined ? null : <Icon name={icon} size={16} color={ink} />}
      <Text size="small" style={{ color: ink, fontWeight: '600', flexShrink: 1 }}>
        {label}
      </Text>
    </View>
  );
}
