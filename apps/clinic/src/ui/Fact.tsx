import { View } from 'react-native';
import { Text } from './Text.tsx';

interface FactProps {
  readonly label: string;
  readonly value: string;
  readonly size?: 'body' | 'strong';
  /** For what is compared character by character. */
  readonly mono?: boolean;
  readonly testID?: string;
}

/** A value under its name. */
export function Fact({ label, value, size = 'body', mono, testID }: FactProps) {
  return (
    <View>
      <Text size="small" tone="muted">
        {label}
      </Text>
      <Text
        size={size}
        testID={testID}
        style={mono === true ? { fontFamily: 'monospace', fontWeight: '400', letterSpacing: 0.5 } : null}
      >
        {value}
      </Text>
    </View>
  );
}
