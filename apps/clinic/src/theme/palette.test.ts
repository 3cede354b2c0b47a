import { expect, test } from 'vitest';
import { darkPalette, lightPalette, type Palette } from './palette.ts';

const luminance = (hex: string): number => {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.03928 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const contrast = (a: string, b: string): number => {
  const [light, dark] = [luminance(a), luminance(b)].toSorted((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
};

const backgrounds = ['background', 'surface', 'raised'] as const;
const texts = ['onSurface', 'muted', 'primary', 'amber', 'error'] as const;
const pairs: readonly (readonly [keyof Palette, keyof Palette])[] = [
  ...backgrounds.flatMap((ground) => texts.map((text) => [text, ground] as const)),
  ['onPrimary', 'primary'],
  ['onPrimaryContainer', 'primaryContainer'],
  ['onSecondaryContainer', 'secondaryContainer'],
  ['onAmberContainer', 'amberContainer'],
  ['onError', 'error'],
  ['onErrorContainer', 'errorContainer'],
];

for (const [name, palette] of Object.entries({ light: lightPalette, dark: darkPalette })) {
  test.each(pairs)(`${name}: text %s on %s is at least 4.5:1`, (text, ground) => {
    expect(contrast(palette[text], palette[ground])).toBeGreaterThanOrEqual(4.5);
  });

  test.each(backgrounds)(`${name}: outline and focus ring on %s are at least 3:1`, (ground) => {
    expect(contrast(palette.outline, palette[ground])).toBeGreaterThanOrEqual(3);
    expect(contrast(palette.focus, palette[ground])).toBeGreaterThanOrEqual(3);
  });
}
