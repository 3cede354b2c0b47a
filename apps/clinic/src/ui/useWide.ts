import { useWindowDimensions } from 'react-native';
import { WIDE } from '../theme/theme.ts';

/** Whether there is room for the rail, and for list and detail side by side. */
export const useWide = (): boolean => useWindowDimensions().width >= WIDE;
