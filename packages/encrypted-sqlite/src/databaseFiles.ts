/** The files in the directory of the databases, by their names. */
export interface DatabaseFiles {
  /** The file's bytes, or its first `atMost`; undefined where there is none. */
  read(name: string, atMost?: number): Promise<Uint8Array | undefined>;
  /** Makes the file, or replaces it whole. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Does nothing where there is none. */
  remove(name: string): Promise<void>;
}
