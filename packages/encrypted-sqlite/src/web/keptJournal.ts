/** Where a log that SQLite could not read is kept, beside the database's directory. */
export const keptJournalOf = (name: string): string => `${name}.journal`;

/** Stands when resolved. */
export async function keepJournal(directory: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const parts = directory.split('/');
  let place = await navigator.storage.getDirectory();
  for (const part of parts.slice(0, -1)) place = await place.getDirectoryHandle(part);
  const file = await place.getFileHandle(keptJournalOf(parts.at(-1) ?? ''), { create: true });
  const stream = await file.createWritable();
  await stream.write(bytes);
  await stream.close();
}
