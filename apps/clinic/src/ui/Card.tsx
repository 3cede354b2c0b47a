import type { ReactNode } from 'react';
import { View, type StyleProp, type ViewStyle } from 'react-native';
import { usePalette } from '../theme/theme.ts';

interface CardProps {
  readonly children: ReactNode;
  readonly style?: StyleProp<ViewStyle>;
  readonly testID?: string;
}

/** A surface with a hairline border. */
export function Card({ children, style, testID }: CardProps) {
  const palette = usePalette();
  return (
    <View
      testID={testID}
      style={[
        {
          backgroundColor: palette.surface,
          borderColor: palette.line,
          borderWidth: 1,
          borderRadius: 16,
          padding: 16,
          gap: 12,
        },
        style,
      ]}
    >
      {children}
    </View>
  );
}
