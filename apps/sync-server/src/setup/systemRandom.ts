import type { Random } from '@fieldchart/foundation';

/** The system's cryptographically strong source. */
export const systemRandom: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};
