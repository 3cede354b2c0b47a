import type { Ref } from 'react';
import { ActivityIndicator, Pressable, View, type StyleProp, type ViewStyle } from 'react-native';
import type { Palette } from '../theme/palette.ts';
import { usePalette } from '../theme/theme.ts';
import { Icon, type IconName } from './Icon.tsx';
import { Text } from './Text.tsx';

type Kind = 'filled' | 'tonal' | 'outlined' | 'plain';

interface ButtonProps {
  readonly label: string;
  readonly onPress: () => void;
  readonly kind?: Kind;
  readonly icon?: IconName;
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly testID?: string;
  readonly style?: StyleProp<ViewStyle>;
  readonly accessibilityHint?: string;
  readonly expanded?: boolean;
  readonly ref?: Ref<View>;
}

const colours = (palette: Palette, kind: Kind): { back: string; text: string; border: string } =>
  ({
    filled: { back: palette.primary, text: palette.onPrimary, border: palette.primary },
    tonal: {
      back: palette.primaryContainer,
      text: palette.onPrimaryContainer,
      border: palette.primaryContainer,
    },
    outlined: { back: 'transparent', text: palette.primary, border: palette.outline },
    plain: { back: 'transparent', text: palette.primary, border: 'transparent' },
  })[kind];

/** A labelled button, 52 dp high. While `busy` it keeps its place and refuses presses. */
export function Button({ label, onPress, kind = 'filled', icon, busy, disabled, ...rest }: ButtonProps) {
  const palette = usePalette();
  const { back, text, border } = colours(palette, kind);
  const off = disabled === true || busy === true;
  return (
    <Pressable
      ref={rest.ref ?? null}
      role="button"
      accessibilityLabel={label}
      accessibilityHint={rest.accessibilityHint}
      aria-busy={busy === true}
      {...(rest.expanded === undefined ? {} : { 'aria-expanded': rest.expanded })}
      disabled={off}
      onPress={onPress}
      testID={rest.testID}
      style={({ pressed }) => [
        {
          minHeight: 52,
          maxWidth: '100%',
          paddingHorizontal: 20,
          paddingVertical: 10,
          borderRadius: 14,
          borderWidth: 1,
          borderColor: border,
          backgroundColor: back,
          flexDirection: 'row',
          alignItems: 'center',
          justifyContent: 'center',
          gap: 10,
          opacity: off ? 0.55 : pressed ? 0.85 : 1,
        },
        rest.style,
      ]}
    >
      {busy === true ? (
        <ActivityIndicator size="small" color={text} />
      ) : icon === undefined ? null : (
        <Icon name={icon} color={text} />
      )}
      <Text size="strong" style={{ color: text, textAlign: 'center', flexShrink: 1 }}>
        {label}
      </Text>
    </Pressable>
  );
}

interface IconButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onPress: () => void;
  readonly testID?: string;
  /** For a button that is on or off. */
  readonly pressed?: boolean;
}

/** A round 48 dp button with a picture; its label is for assistive technology. */
export function IconButton({ icon, label, onPress, testID, pressed: on }: IconButtonProps) {
  const palette = usePalette();
  return (
    <Pressable
      role="button"
      {...(on === undefined ? {} : { 'aria-pressed': on })}
      accessibilityLabel={label}
      accessibilityState={on === undefined ? {} : { selected: on }}
      onPress={onPress}
      testID={testID}
      style={({ pressed }) => ({
        width: 48,
        height: 48,
        borderRadius: 24,
        alignItems: 'center',
        justifyContent: 'center',
        backgroundColor: pressed ? palette.raised : 'transparent',
      })}
    >
      <Icon name={icon} size={24} color={palette.onSurface} />
    </Pressable>
  );
}
