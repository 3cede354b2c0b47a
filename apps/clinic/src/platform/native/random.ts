import QuickCrypto from 'react-native-quick-crypto';
import type { Random } from '@fieldchart/foundation';

/** The phone's cryptographic randomness. */
export const nativeRandom: Random = {
  bytes(length) {
    const bytes = new Uint8Array(length);
    QuickCrypto.getRandomValues(bytes);
    return bytes;
  },
};
