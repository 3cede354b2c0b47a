import { router, type Href } from 'expo-router';
import type { ReactNode } from 'react';
import { Pressable, type GestureResponderEvent, type StyleProp, type ViewStyle } from 'react-native';
import { usePalette } from '../theme/theme.ts';

interface TapLinkProps {
  readonly to: string;
  readonly children: ReactNode;
  readonly label?: string;
  readonly current?: boolean;
  readonly replace?: boolean;
  readonly testID?: string;
  readonly style?: StyleProp<ViewStyle>;
}

/** A link inside the app: a real `<a href>` on the web, a pressable on phones. */
export function TapLink({ to, children, label, current, replace, testID, style }: TapLinkProps) {
  const palette = usePalette();
  const go = (event: GestureResponderEvent) => {
    event.preventDefault();
    if (replace === true) router.replace(to as Href);
    else router.push(to as Href);
  };
  return (
    <Pressable
      role="link"
      accessibilityLabel={label}
      {...{ href: to }}
      {...(current === true ? { 'aria-current': 'page' } : {})}
      onPress={go}
      testID={testID}
      style={({ pressed }) => [style, pressed ? { backgroundColor: palette.raised } : null]}
    >
      {children}
    </Pressable>
  );
}
