import type { ReactNode } from 'react';
import { Text as NativeText, type TextProps as NativeTextProps, type TextStyle } from 'react-native';
import { usePalette } from '../theme/theme.ts';

type Tone = 'normal' | 'muted' | 'error' | 'primary' | 'amber';
type Size = 'small' | 'body' | 'strong' | 'title';

const sizes: Record<Size, TextStyle> = {
  small: { fontSize: 14, lineHeight: 20 },
  body: { fontSize: 16, lineHeight: 24 },
  strong: { fontSize: 16, lineHeight: 24, fontWeight: '600' },
  title: { fontSize: 20, lineHeight: 28, fontWeight: '600' },
};

export interface TextProps extends NativeTextProps {
  readonly size?: Size;
  readonly tone?: Tone;
  readonly children: ReactNode;
}

/** Body text in the theme's colours. */
export function Text({ size = 'body', tone = 'normal', style, ...rest }: TextProps) {
  const palette = usePalette();
  const color = {
    normal: palette.onSurface,
    muted: palette.muted,
    error: palette.error,
    primary: palette.primary,
    amber: palette.amber,
  }[tone];
  return <NativeText {...rest} style={[sizes[size], { color }, style]} />;
}

const headingSizes: Record<1 | 2 | 3, TextStyle> = {
  1: { fontSize: 22, lineHeight: 28, fontWeight: '700', letterSpacing: -0.2 },
  2: { fontSize: 18, lineHeight: 26, fontWeight: '700' },
  3: { fontSize: 16, lineHeight: 24, fontWeight: '700' },
};

interface HeadingProps extends NativeTextProps {
  readonly level: 1 | 2 | 3;
  readonly children: ReactNode;
}

/** A heading: `<h1>`…`<h3>` on the web, and the header trait on phones. */
export function Heading({ level, style, ...rest }: HeadingProps) {
  const palette = usePalette();
  return (
    <NativeText
      role="heading"
      {...{ 'aria-level': level }}
      {...rest}
      style={[headingSizes[level], { color: palette.onSurface }, style]}
    />
  );
}
