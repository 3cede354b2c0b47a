import type { ReactNode } from 'react';
import { View } from 'react-native';
import { usePalette } from '../theme/theme.ts';
import { Icon, type IconName } from './Icon.tsx';
import { Text } from './Text.tsx';

interface EmptyStateProps {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  readonly children?: ReactNode;
}

/** Nothing here: why, and what to do. */
export function EmptyState({ icon, title, text, children }: EmptyStateProps) {
  const palette = usePalette();
  return (
    <View style={{ alignItems: 'center', gap: 10, paddingVertical: 40, paddingHorizontal: 24 }}>
      <Icon name={icon} size={44} color={palette.outline} />
      <Text size="title" style={{ textAlign: 'center' }}>
        {title}
      </Text>
      <Text tone="muted" style={{ textAlign: 'center', maxWidth: 420 }}>
        {text}
      </Text>
      {children}
    </View>
  );
}
