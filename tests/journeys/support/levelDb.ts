import { uncompressSync } from 'snappy';

// Enough of LevelDB's file formats to read every byte that Chromium's IndexedDB, local and session storage keep:
// tables (.ldb) hold Snappy-compressed blocks, logs (.log) split records over 32 KiB blocks.
// Format: https://github.com/google/leveldb/blob/main/doc/table_format.md and log_format.md.

const footerLength = 48;
const blockTrailerLength = 5;

/** Every block of a table file, unpacked. */
export function tableBlocks(file: Buffer): readonly Buffer[] {
  if (file.length < footerLength) return [];
  const footer = reader(file, file.length - footerLength);
  const metaIndex = { offset: footer.varint(), size: footer.varint() };
  const index = { offset: footer.varint(), size: footer.varint() };
  const indexBlock = readBlock(file, index);
  const blocks = [indexBlock, readBlock(file, metaIndex)];
  for (const entry of blockEntries(indexBlock)) {
    const handle = reader(entry.value, 0);
    blocks.push(readBlock(file, { offset: handle.varint(), size: handle.varint() }));
  }
  // Keys share prefixes inside a block: whole keys and values are put together again.
  return blocks.flatMap((block) => [
    block,
    ...blockEntries(block).flatMap((entry) => [entry.key, entry.value]),
  ]);
}

/** The records of a log file, put together from their fragments. */
export function logRecords(file: Buffer): readonly Buffer[] {
  const blockLength = 32 * 1024;
  const records: Buffer[] = [];
  let fragments: Buffer[] = [];
  for (let at = 0; at + 7 <= file.length;) {
    const left = blockLength - (at % blockLength);
    if (left < 7) {
      at += left;
      continue;
    }
    const length = file.readUInt16LE(at + 4);
    const type = file.readUInt8(at + 6);
    if (type === 0 || type > 4) break;
    fragments.push(file.subarray(at + 7, at + 7 + length));
    if (type === 1 || type === 4) {
      records.push(Buffer.concat(fragments));
      fragments = [];
    }
    at += 7 + length;
  }
  if (fragments.length > 0) records.push(Buffer.concat(fragments));
  return records;
}

function readBlock(file: Buffer, handle: { offset: number; size: number }): Buffer {
  const packed = file.subarray(handle.offset, handle.offset + handle.size);
  const type = file.readUInt8(handle.offset + handle.size);
  if (handle.offset + handle.size + blockTrailerLength > file.length) return Buffer.alloc(0);
  return type === 1 ? (uncompressSync(packed, { asBuffer: true }) as Buffer) : packed;
}

function blockEntries(block: Buffer): { key: Buffer; value: Buffer }[] {
  if (block.length < 4) return [];
  const restarts = block.readUInt32LE(block.length - 4);
  const end = block.length - 4 - restarts * 4;
  const entries: { key: Buffer; value: Buffer }[] = [];
  const bytes = reader(block, 0);
  let key = Buffer.alloc(0);
  while (bytes.at() < end) {
    const shared = bytes.varint();
    const unshared = bytes.varint();
    const valueLength = bytes.varint();
    key = Buffer.concat([key.subarray(0, shared), bytes.take(unshared)]);
    entries.push({ key, value: bytes.take(valueLength) });
  }
  return entries;
}

function reader(buffer: Buffer, start: number) {
  let at = start;
  return {
    at: () => at,
    varint() {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = buffer.readUInt8(at);
        at += 1;
        value += (byte & 0x7f) * 2 ** shift;
        if (byte < 0x80) return value;
      }
    },
    take(length: number) {
      const taken = buffer.subarray(at, at + length);
      at += length;
      return taken;
    },
  };
}
