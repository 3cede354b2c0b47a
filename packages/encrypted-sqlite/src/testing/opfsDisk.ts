import { createMemoryFile, type MemoryFile } from './memoryFile.ts';

/** One call that changes what a disk holds or promises, on the file of that name. */
export type DiskCall =
  | { readonly kind: 'create'; readonly file: string }
  | { readonly kind: 'write'; readonly file: string; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly file: string; readonly size: number }
  | { readonly kind: 'flush'; readonly file: string };

/** The files of a pool's one directory. */
export type Files = Map<string, MemoryFile>;

/**
 * The part of a browser's private file system that the web adapter's pool uses, over files in memory, which it
 * changes. `record` is told every call that changes something, in its order. Another one over the same files is what a
 * restarted process sees.
 */
export function createOpfsDisk(files: Files, record: (call: DiskCall) => void): FileSystemDirectoryHandle {
  const held = new Set<string>();

  const openHandle = (name: string, file: MemoryFile) => {
    if (held.has(name)) throw new DOMException('held by another', 'NoModificationAllowedError');
    held.add(name);
    return {
      read: (into: ArrayBufferView, { at = 0 } = {}) => file.read(bytesOf(into), at),
      write(from: ArrayBufferView, { at = 0 } = {}) {
        const bytes = bytesOf(from).slice();
        record({ kind: 'write', file: name, at, bytes });
        file.write(bytes, at);
        return bytes.length;
      },
      truncate(size: number) {
        record({ kind: 'truncate', file: name, size });
        file.truncate(size);
      },
      flush: () => record({ kind: 'flush', file: name }),
      getSize: () => file.size,
      close: () => void held.delete(name),
    };
  };
  const fileHandle = (name: string, file: MemoryFile) => ({
    kind: 'file',
    name,
    createSyncAccessHandle: () => Promise.resolve().then(() => openHandle(name, file)),
    getFile() {
      const content = new Uint8Array(file.size);
      file.read(content, 0);
      return Promise.resolve(new Blob([content]));
    },
  });
  const directory = {
    kind: 'directory',
    getDirectoryHandle: () => Promise.resolve(directory),
    getFileHandle(name: string) {
      const file = files.get(name) ?? createMemoryFile();
      if (!files.has(name)) {
        record({ kind: 'create', file: name });
        files.set(name, file);
      }
      return Promise.resolve(fileHandle(name, file));
    },
    async *values() {
      await Promise.resolve();
      for (const [name, file] of files) yield fileHandle(name, file);
    },
    async *[Symbol.asyncIterator]() {
      for await (const handle of directory.values()) yield [handle.name, handle] as const;
    },
  };
  // Not a whole file system, and the pool asks for no more of it.
  return directory as unknown as FileSystemDirectoryHandle;
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** Makes `disk` this process's private file system until the next one takes its place. */
export function mountDisk(disk: FileSystemDirectoryHandle): void {
  const storage = { getDirectory: () => Promise.resolve(disk) };
  Object.defineProperty(navigator, 'storage', { value: storage, configurable: true });
}
