import type { Random } from '@fieldchart/foundation';

/** The browser's cryptographic randomness. */
export const webRandom: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};
