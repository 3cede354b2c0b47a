import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

// expo-file-system's API over a real folder, as strict as the phone's: nothing is overwritten or created by chance.

const phone = { folder: '', failing: false };

/** A phone with no file on it. */
export function wipePhone(): void {
  if (phone.folder !== '') rmSync(phone.folder, { recursive: true, force: true });
  phone.folder = mkdtempSync(join(tmpdir(), 'fieldchart-phone-'));
  phone.failing = false;
}

/** From now on every access fails, as on a broken or locked storage. */
export function breakStorage(): void {
  phone.failing = true;
}

/** Puts a text where an earlier version, or damage, would have left it. */
export function plantFile(path: string, text: string): void {
  writeFileSync(join(phone.folder, path), text);
}

/** Paths of all files on the phone. */
export function filesOnPhone(): string[] {
  return readdirSync(phone.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(phone.folder.length + 1))
    .toSorted();
}

type Place = string | { readonly uri: string };

const pathOf = (places: readonly Place[]) =>
  join(...places.map((place) => (typeof place === 'string' ? place : place.uri)));

function reached(path: string): string {
  if (phone.failing) throw new Error('the storage does not answer');
  return path;
}

export class FakeFile {
  uri: string;
  constructor(...places: Place[]) {
    this.uri = pathOf(places);
  }
  get name(): string {
    return basename(this.uri);
  }
  get exists(): boolean {
    return existsSync(reached(this.uri));
  }
  create(options: { overwrite?: boolean; intermediates?: boolean } = {}): void {
    if (this.exists && options.overwrite !== true) throw new Error(`${this.name} exists`);
    writeFileSync(this.uri, '');
  }
  write(content: string | Uint8Array): void {
    if (!this.exists) throw new Error(`${this.name} was not created`);
    writeFileSync(this.uri, content);
  }
  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(readFileSync(reached(this.uri)));
  }
  open(): { readBytes(length: number): Uint8Array; close(): void } {
    const bytes = readFileSync(reached(this.uri));
    return { readBytes: (length) => new Uint8Array(bytes.subarray(0, length)), close: () => undefined };
  }
  async text(): Promise<string> {
    return readFileSync(reached(this.uri), 'utf8');
  }
  async move(destination: FakeFile, options: { overwrite?: boolean } = {}): Promise<void> {
    if (destination.exists && options.overwrite !== true) throw new Error(`${destination.name} exists`);
    renameSync(this.uri, destination.uri);
    this.uri = destination.uri;
  }
  delete(): void {
    rmSync(reached(this.uri));
  }
}

export class FakeDirectory {
  readonly uri: string;
  constructor(...places: Place[]) {
    this.uri = pathOf(places);
  }
  get name(): string {
    return basename(this.uri);
  }
  get exists(): boolean {
    return existsSync(reached(this.uri));
  }
  create(options: { intermediates?: boolean; idempotent?: boolean } = {}): void {
    if (this.exists && options.idempotent === true) return;
    mkdirSync(this.uri, { recursive: options.intermediates === true });
  }
  list(): (FakeDirectory | FakeFile)[] {
    return readdirSync(reached(this.uri), { withFileTypes: true }).map((entry) =>
      entry.isDirectory() ? new FakeDirectory(this, entry.name) : new FakeFile(this, entry.name),
    );
  }
  delete(): void {
    rmSync(reached(this.uri), { recursive: true });
  }
}

/** What stands in for the module `expo-file-system`. */
export const fakeFileSystem = {
  File: FakeFile,
  Directory: FakeDirectory,
  Paths: {
    get document() {
      return new FakeDirectory(phone.folder);
    },
  },
};
