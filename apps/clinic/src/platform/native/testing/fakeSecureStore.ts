interface Options {
  readonly keychainAccessible?: number;
  readonly keychainService?: string;
}

const entries = new Map<string, { value: string; options: Options }>();
let isLocked = false;

/** An empty keychain, open. */
export function wipeKeychain(): void {
  entries.clear();
  isLocked = false;
}

/** The keychain answers nothing, as while the phone is locked. */
export function lockKeychain(): void {
  isLocked = true;
}

/** What the keychain holds, with how it was put there. */
export const keychainEntries = (): readonly { value: string; options: Options }[] => [...entries.values()];

function placeOf(key: string, { keychainService = '' }: Options): string {
  if (!/^[\w.-]+$/u.test(key))
    throw new Error('the key of an entry may hold letters, digits, . - and _ only');
  if (isLocked) throw new Error('user interaction is not allowed');
  return `${keychainService}/${key}`;
}

/** What stands in for the module `expo-secure-store`; an entry is found under its service only. */
export const fakeSecureStore = {
  WHEN_UNLOCKED_THIS_DEVICE_ONLY: 5,
  isAvailableAsync: async () => true,
  async setItemAsync(key: string, value: string, options: Options = {}) {
    if (value.length > 2048) throw new Error('more than older phones keep');
    entries.set(placeOf(key, options), { value, options });
  },
  getItemAsync: async (key: string, options: Options = {}) =>
    entries.get(placeOf(key, options))?.value ?? null,
  async deleteItemAsync(key: string, options: Options = {}) {
    entries.delete(placeOf(key, options));
  },
};
