/** Colours of one theme. Text pairs are at least 4.5:1 and outlines at least 3:1; a test computes them. */
export interface Palette {
  readonly background: string;
  readonly surface: string;
  readonly raised: string;
  readonly onSurface: string;
  readonly muted: string;
  readonly outline: string;
  readonly line: string;
  readonly primary: string;
  readonly onPrimary: string;
  readonly primaryContainer: string;
  readonly onPrimaryContainer: string;
  readonly secondaryContainer: string;
  readonly onSecondaryContainer: string;
  readonly amber: string;
  readonly amberContainer: string;
  readonly onAmberContainer: string;
  readonly error: string;
  readonly onError: string;
  readonly errorContainer: string;
  readonly onErrorContainer: string;
  readonly focus: string;
}

export const lightPalette: Palette = {
  background: '#F5F8F7',
  surface: '#FFFFFF',
  raised: '#EAF0EE',
  onSurface: '#172120',
  muted: '#475654',
  outline: '#667775',
  line: '#D3DCDA',
  primary: '#0F5C5C',
  onPrimary: '#FFFFFF',
  primaryContainer: '#CFE9E6',
  onPrimaryContainer: '#06312F',
  secondaryContainer: '#E0EAE8',
  onSecondaryContainer: '#1B3433',
  amber: '#7A4F00',
  amberContainer: '#FFE8C2',
  onAmberContainer: '#4A3000',
  error: '#A6261C',
  onError: '#FFFFFF',
  errorContainer: '#FCE0DB',
  onErrorContainer: '#5C0F08',
  focus: '#0B57D0',
};

export const darkPalette: Palette = {
  background: '#0E1514',
  surface: '#151E1D',
  raised: '#1F2A29',
  onSurface: '#E2E9E7',
  muted: '#B4C2BF',
  outline: '#8A9A98',
  line: '#2F3C3A',
  primary: '#86D5CE',
  onPrimary: '#003735',
  primaryContainer: '#0D4A47',
  onPrimaryContainer: '#C2F0EB',
  secondaryContainer: '#2A3837',
  onSecondaryContainer: '#D4E6E3',
  amber: '#F0C27A',
  amberContainer: '#4A3500',
  onAmberContainer: '#FFE6BD',
  error: '#FFB4A9',
  onError: '#560B05',
  errorContainer: '#6E1A12',
  onErrorContainer: '#FFDDD7',
  focus: '#A8C7FA',
};
