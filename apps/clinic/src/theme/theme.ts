import { MD3DarkTheme, MD3LightTheme, useTheme, type MD3Theme } from 'react-native-paper';
import { darkPalette, lightPalette, type Palette } from './palette.ts';

export interface ClinicTheme extends MD3Theme {
  readonly palette: Palette;
}

const themeOf = (base: MD3Theme, palette: Palette): ClinicTheme => ({
  ...base,
  roundness: 3,
  palette,
  colors: {
    ...base.colors,
    primary: palette.primary,
    onPrimary: palette.onPrimary,
    primaryContainer: palette.primaryContainer,
    onPrimaryContainer: palette.onPrimaryContainer,
    secondary: palette.muted,
    secondaryContainer: palette.secondaryContainer,
    onSecondaryContainer: palette.onSecondaryContainer,
    tertiary: palette.amber,
    tertiaryContainer: palette.amberContainer,
    onTertiaryContainer: palette.onAmberContainer,
    background: palette.background,
    onBackground: palette.onSurface,
    surface: palette.surface,
    surfaceVariant: palette.raised,
    onSurface: palette.onSurface,
    onSurfaceVariant: palette.muted,
    outline: palette.outline,
    outlineVariant: palette.line,
    error: palette.error,
    onError: palette.onError,
    errorContainer: palette.errorContainer,
    onErrorContainer: palette.onErrorContainer,
  },
});

export const lightTheme = themeOf(MD3LightTheme, lightPalette);
export const darkTheme = themeOf(MD3DarkTheme, darkPalette);

/** The colours of the theme in force. */
export const usePalette = (): Palette => useTheme<ClinicTheme>().palette;

/** From this width on there is a navigation rail, and list and detail stand side by side. */
export const WIDE = 900;
