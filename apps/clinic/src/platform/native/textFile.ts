import { File, Paths } from 'expo-file-system';

/** A small text in the app's own documents, replaced whole: written beside its place and moved over it. */
export function createTextFile(name: string) {
  return {
    async read(): Promise<string | null> {
      const file = new File(Paths.document, name);
      return file.exists ? await file.text() : null;
    },
    async write(text: string): Promise<void> {
      const fresh = new File(Paths.document, `${name}.new`);
      fresh.create({ overwrite: true });
      fresh.write(text);
      await fresh.move(new File(Paths.document, name), { overwrite: true });
    },
  };
}
