/** Randomness, as a port. The product's source must be cryptographically strong. */
export interface Random {
  /** `length` uniformly random bytes. */
  bytes(length: number): Uint8Array<ArrayBuffer>;
}

/** A random (version 4) UUID, lower case. RFC 9562, section 5.4. */
export function randomUuid(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/**
 * A deterministic source for tests and generators, never for secrets.
 * Algorithm: mulberry32 (public domain, Tommy Ettinger), one 32-bit word per four bytes.
 */
export function createSeededRandom(seed: number): Random & { /** In [0, 1). */ fraction(): number } {
  let state = seed >>> 0;
  const word = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    bytes(length) {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += 4) {
        const value = word();
        for (let offset = 0; offset < 4 && at + offset < length; offset += 1) {
          bytes[at + offset] = (value >>> (offset * 8)) & 0xff;
        }
      }
      return bytes;
    },
    fraction: () => word() / 2 ** 32,
  };
}
