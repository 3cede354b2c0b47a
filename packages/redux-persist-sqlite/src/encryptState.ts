import { base64Decode, base64Encode, concatBytes, utf8Decode, utf8Encode } from '@fieldchart/foundation';
import { gcm } from '@noble/ciphers/aes.js';
import { randomBytes } from '@noble/ciphers/utils.js';

/** The shape of a redux-persist transform, versions 4 to 6. */
export interface StateTransform {
  in(state: unknown, key: string): unknown;
  out(state: unknown, key: string): unknown;
}

export interface EncryptStateOptions {
  /**
   * A slice could not be opened: damaged, under another key, or there is no key. It reads as absent, and its stored
   * bytes are kept and written back unchanged until {@link EncryptedState.release}.
   */
  readonly onUnreadable?: (slice: string) => void;
  /** What such a slice reads as, by its name: the reducers' initial states. Where there is none it is undefined. */
  readonly initial?: Readonly<Record<string, unknown>>;
}

export interface EncryptedState extends StateTransform {
  /** Gives up the stored bytes of a slice that could not be opened: the next write takes their place. */
  release(slice: string): void;
}

const NONCE_BYTES = 12;
const PREFIX = 'gcm1.';

/**
 * A redux-persist transform that seals each slice with AES-256-GCM (NIST SP 800-38D), a fresh random nonce each time,
 * bound to the slice's name. It is synchronous, as transforms are, hence in JavaScript: for large states prefer
 * `createSqliteStorage({ cipher })`, which uses the platform's WebCrypto.
 *
 * `key` is 32 bytes, or a function for a key that comes later; until it does, nothing is written in the clear. Persist
 * after unlocking (`PersistGate`, `persistStore`), so that there is something to read with.
 */
export function encryptState(
  key: Uint8Array | (() => Uint8Array | undefined),
  options: EncryptStateOptions = {},
): EncryptedState {
  /** Sealed slices that were not opened, as they came. */
  const kept = new Map<string, unknown>();
  /** What is stored of each slice: written again as it is while there is no key. */
  const stored = new Map<string, unknown>();
  const keyNow = () => (typeof key === 'function' ? key() : key);
  const open = (sealed: unknown, slice: string): unknown => {
    const current = keyNow();
    if (current === undefined || typeof sealed !== 'string' || !sealed.startsWith(PREFIX)) return undefined;
    const bytes = base64Decode(sealed.slice(PREFIX.length));
    const cipher = gcm(current, bytes.slice(0, NONCE_BYTES), utf8Encode(slice));
    return (JSON.parse(utf8Decode(cipher.decrypt(bytes.slice(NONCE_BYTES)))) as { readonly state: unknown })
      .state;
  };
  return {
    in(state, slice) {
      if (kept.has(slice)) return kept.get(slice);
      const current = keyNow();
      if (state === undefined) return undefined;
      // Nothing goes out in the clear, and an undefined slice would be deleted: what is stored stays.
      if (current === undefined) return stored.get(slice);
      const nonce = Uint8Array.from(randomBytes(NONCE_BYTES));
      const sealed = gcm(current, nonce, utf8Encode(slice)).encrypt(utf8Encode(JSON.stringify({ state })));
      const text = PREFIX + base64Encode(concatBytes(nonce, sealed));
      stored.set(slice, text);
      return text;
    },
    out(sealed, slice) {
      stored.set(slice, sealed);
      let state: unknown;
      try {
        state = open(sealed, slice);
      } catch {
        state = undefined;
      }
      if (state === undefined) {
        // A throw would have redux-persist take the whole state for empty, and write over all of it.
        kept.set(slice, sealed);
        options.onUnreadable?.(slice);
        return options.initial?.[slice];
      }
      return state;
    },
    release(slice) {
      kept.delete(slice);
    },
  };
}
