import { FacadeVFS } from '@journeyapps/wa-sqlite/src/FacadeVFS.js';
import type { WaSqliteModule } from '@journeyapps/wa-sqlite/src/examples/AccessHandlePoolVFS.js';

const [OK, READONLY, IOERR, CANTOPEN, SHORT_READ] = [0, 8, 10, 14, 522];
const OPEN_READONLY = 1;
const SECTOR = 4096;

/** A file system over files that are only read: a damaged database stays byte for byte what it is. */
export function createReadOnlyVfs(
  name: string,
  module: WaSqliteModule,
  { files, onRead }: { readonly files: ReadonlyMap<string, Blob>; readonly onRead: () => void },
): FacadeVFS {
  const reader = new FileReaderSync();
  const open = new Map<number, Blob>();
  const pathOf = (fileName: string) => new URL(fileName, 'file://localhost/').pathname;
  class ReadOnlyFiles extends FacadeVFS {
    override jOpen(fileName: string | null, fileId: number, _flags: number, outFlags: DataView): number {
      const path = fileName === null ? '' : pathOf(fileName);
      // SQLite makes a log where there is none: here it finds an empty one.
      const file = files.get(path) ?? (path.endsWith('-wal') ? new Blob([]) : undefined);
      if (file === undefined) return CANTOPEN;
      open.set(fileId, file);
      outFlags.setInt32(0, OPEN_READONLY, true);
      return OK;
    }
    override jClose(fileId: number): number {
      open.delete(fileId);
      return OK;
    }
    override jRead(fileId: number, data: Uint8Array, offset: number): number {
      const file = open.get(fileId);
      if (file === undefined) return IOERR;
      onRead();
      try {
        const bytes = reader.readAsArrayBuffer(file.slice(offset, offset + data.byteLength));
        data.fill(0, bytes.byteLength);
        data.set(new Uint8Array(bytes));
        return bytes.byteLength < data.byteLength ? SHORT_READ : OK;
      } catch {
        return IOERR;
      }
    }
    override jWrite(): number {
      return READONLY;
    }
    override jTruncate(): number {
      return READONLY;
    }
    override jDelete(): number {
      return READONLY;
    }
    override jFileSize(fileId: number, size: DataView): number {
      size.setBigInt64(0, BigInt(open.get(fileId)?.size ?? 0), true);
      return OK;
    }
    override jAccess(fileName: string, _flags: number, out: DataView): number {
      out.setInt32(0, files.has(pathOf(fileName)) ? 1 : 0, true);
      return OK;
    }
    override jSectorSize(): number {
      return SECTOR;
    }
  }
  return new ReadOnlyFiles(name, module);
}
