import MaterialCommunityIcons from '@expo/vector-icons/MaterialCommunityIcons';
import { View } from 'react-native';

export type IconName = keyof typeof MaterialCommunityIcons.glyphMap;

/** A picture beside words that say the same: hidden from assistive technology. */
export function Icon({ name, size = 22, color }: { name: IconName; size?: number; color: string }) {
  return (
    <View aria-hidden importantForAccessibility="no-hide-descendants" style={{ width: size, height: size }}>
      <MaterialCommunityIcons name={name} size={size} color={color} />
    </View>
  );
}
