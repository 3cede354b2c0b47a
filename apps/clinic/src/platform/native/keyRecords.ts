import { Directory, File, Paths } from 'expo-file-system';
import { CodedError, hexEncode, utf8Decode, utf8Encode } from '@fieldchart/foundation';
import type { Attempts, KeyRecordStore } from '@fieldchart/key-vault';

// One file for each part of each user. A part is written beside its place and then moved over it, so that its place
// holds the old or the new text whole.

type Part = 'slot0' | 'slot1' | 'attempts' | 'sealed';

/** Key records as files in the app's own documents. */
export function createNativeKeyRecords(): KeyRecordStore {
  const root = new Directory(Paths.document, 'key-records');
  // In hexadecimal: a user's id need not be a file's name.
  const folderOf = (userId: string) => new Directory(root, hexEncode(utf8Encode(userId)));

  const read = (userId: string, part: Part) =>
    translated(async () => {
      const file = new File(folderOf(userId), part);
      return file.exists ? await file.text() : null;
    });
  const write = (userId: string, part: Part, text: string) =>
    translated(async () => {
      const folder = folderOf(userId);
      folder.create({ intermediates: true, idempotent: true });
      const written = new File(folder, `${part}.new`);
      written.create({ overwrite: true });
      written.write(text);
      await written.move(new File(folder, part), { overwrite: true });
    });

  return {
    list: () =>
      translated(async () => {
        const folders = root.exists ? root.list().filter((entry) => entry instanceof Directory) : [];
        return folders
          .filter((folder) => new File(folder, 'slot0').exists || new File(folder, 'slot1').exists)
          .map((folder) => utf8Decode(hexToBytes(folder.name)));
      }),
    load: async (userId) => ({ slots: [await read(userId, 'slot0'), await read(userId, 'slot1')] }),
    saveSlot: (userId, slot, record) => write(userId, slot === 0 ? 'slot0' : 'slot1', record),
    async loadAttempts(userId) {
      const text = await read(userId, 'attempts');
      return text === null ? null : parseAttempts(text);
    },
    saveAttempts: (userId, attempts) => write(userId, 'attempts', JSON.stringify(attempts)),
    loadSealed: (userId) => read(userId, 'sealed'),
    saveSealed: (userId, sealed) => write(userId, 'sealed', sealed),
    removeSecret: (userId) =>
      translated(async () => {
        for (const part of ['slot0', 'slot1'] as const) {
          const file = new File(folderOf(userId), part);
          if (file.exists) file.delete();
        }
      }),
    remove: (userId) =>
      translated(async () => {
        const folder = folderOf(userId);
        if (folder.exists) folder.delete();
      }),
  };
}

/** Damaged attempts are handed on as no numbers; the vault takes them for what they are. */
function parseAttempts(text: string): Attempts {
  try {
    const value = JSON.parse(text) as Partial<Attempts> | null;
    return { count: Number.NaN, at: Number.NaN, first: Number.NaN, ...value };
  } catch {
    return { count: Number.NaN, at: Number.NaN, first: Number.NaN };
  }
}

function hexToBytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../gu) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** A storage that fails is said to fail; it is never read as empty. */
async function translated<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    throw new CodedError('key-records-unavailable', 'The phone did not keep or yield the key record.', {
      cause,
    });
  }
}
