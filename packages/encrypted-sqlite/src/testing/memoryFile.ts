/** A file's bytes in memory. */
export interface MemoryFile {
  readonly size: number;
  /** Copies from `at` into `target`; the number of bytes that were there. */
  read(target: Uint8Array, at: number): number;
  /** Fills the gap with zeros where `at` lies behind the end, as every file system does. */
  write(bytes: Uint8Array, at: number): void;
  truncate(size: number): void;
  copy(): MemoryFile;
}

export function createMemoryFile(content: Uint8Array = new Uint8Array()): MemoryFile {
  let bytes = content.slice();
  let size = content.length;
  const resize = (to: number) => {
    if (to > bytes.length) {
      const larger = new Uint8Array(Math.max(to, bytes.length * 2));
      larger.set(bytes.subarray(0, size));
      bytes = larger;
    }
    if (to < size) bytes.fill(0, to, size);
    size = to;
  };
  return {
    get size() {
      return size;
    },
    read(target, at) {
      const found = bytes.subarray(Math.min(at, size), Math.min(at + target.length, size));
      target.set(found);
      return found.length;
    },
    write(data, at) {
      resize(Math.max(size, at + data.length));
      bytes.set(data, at);
    },
    truncate: resize,
    copy: () => createMemoryFile(bytes.subarray(0, size)),
  };
}
