import { base64Decode, base64Encode, concatBytes, utf8Decode, utf8Encode } from '@fieldchart/foundation';
import { SqliteStorageError } from './sqliteStorageError.ts';

/** What seals texts before they are stored, and opens them again. */
export interface StateCipher {
  /** True while there is no key: writes are refused, reads wait. */
  locked(): boolean;
  /** Resolves as soon as there is a key. */
  unlocked(): Promise<void>;
  /** `place` is bound to the sealed text: moved elsewhere it does not open. */
  seal(text: string, place: string): Promise<string>;
  /** Rejects `STORAGE_UNREADABLE` for what is damaged, moved, or sealed under another key. */
  open(sealed: string, place: string): Promise<string>;
}

/** The part of WebCrypto that is used: `globalThis.crypto` in browsers, Node and, by a library, on phones. */
export interface CryptoShape<Key> {
  getRandomValues(array: Uint8Array<ArrayBuffer>): unknown;
  readonly subtle: {
    encrypt(algorithm: AesGcm, key: Key, data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer>;
    decrypt(algorithm: AesGcm, key: Key, data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer>;
  };
}

interface AesGcm {
  readonly name: 'AES-GCM';
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly additionalData: Uint8Array<ArrayBuffer>;
}

/** Holds a key that comes later, and may go again: the app locks and unlocks. */
export interface KeyHolder<Key> {
  readonly current: Key | undefined;
  set(key: Key): void;
  /** From now on writes are refused and reads wait. */
  clear(): void;
  /** Resolves as soon as there is a key. */
  ready(): Promise<void>;
}

export function createKeyHolder<Key>(key?: Key): KeyHolder<Key> {
  let current = key;
  let waiting: (() => void)[] = [];
  return {
    get current() {
      return current;
    },
    set(next) {
      current = next;
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
    clear() {
      current = undefined;
    },
    ready: () =>
      current === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(),
  };
}

const NONCE_BYTES = 12;
const PREFIX = 'gcm1.';

/** AES-256-GCM (NIST SP 800-38D) with a fresh random nonce for every text, by the platform's WebCrypto. */
export function createWebCryptoCipher<Key>(crypto: CryptoShape<Key>, keys: KeyHolder<Key>): StateCipher {
  const keyOrRefusal = (): Key => {
    const key = keys.current;
    if (key === undefined) throw new SqliteStorageError('STORAGE_LOCKED');
    return key;
  };
  return {
    locked: () => keys.current === undefined,
    unlocked: () => keys.ready(),
    async seal(text, place) {
      const key = keyOrRefusal();
      const iv = new Uint8Array(NONCE_BYTES);
      crypto.getRandomValues(iv);
      const algorithm = { name: 'AES-GCM', iv, additionalData: utf8Encode(place) } as const;
      const sealed = await crypto.subtle.encrypt(algorithm, key, utf8Encode(text));
      return PREFIX + base64Encode(concatBytes(iv, new Uint8Array(sealed)));
    },
    async open(sealed, place) {
      const key = keyOrRefusal();
      try {
        if (!sealed.startsWith(PREFIX)) throw new SqliteStorageError('STORAGE_UNREADABLE');
        const bytes = base64Decode(sealed.slice(PREFIX.length));
        const iv = bytes.slice(0, NONCE_BYTES);
        const algorithm = { name: 'AES-GCM', iv, additionalData: utf8Encode(place) } as const;
        const opened = await crypto.subtle.decrypt(algorithm, key, bytes.slice(NONCE_BYTES));
        return utf8Decode(new Uint8Array(opened));
      } catch (cause) {
        throw new SqliteStorageError('STORAGE_UNREADABLE', { cause });
      }
    },
  };
}
