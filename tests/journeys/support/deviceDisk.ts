import type { Page } from 'playwright-core';

type KeyPart = 'slot0' | 'slot1' | 'attempts' | 'sealed';

/** What lies on the device's disk, read and damaged past the app. The database must be closed. */
export function deviceDiskOf(page: Page) {
  /** Path and content's hash of every file in the origin's private file system whose path holds `part`. */
  const files = (part = ''): Promise<Readonly<Record<string, string>>> =>
    page.evaluate(async (wanted) => {
      const found: Record<string, string> = {};
      const walk = async (directory: FileSystemDirectoryHandle, path: string): Promise<void> => {
        for await (const [name, handle] of directory.entries()) {
          const here = `${path}/${name}`;
          if (handle instanceof FileSystemDirectoryHandle) await walk(handle, here);
          else if (handle instanceof FileSystemFileHandle && here.includes(wanted)) {
            const content = await (await handle.getFile()).arrayBuffer();
            const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
            found[here] = `${content.byteLength} ${btoa(String.fromCharCode(...digest))}`;
          }
        }
      };
      await walk(await navigator.storage.getDirectory(), '');
      return found;
    }, part);

  /** Turns the bits of a stretch of every file of a database over; a second time makes them what they were. */
  const damageDatabase = (part: string, stretch = { from: 64, length: 512 }): Promise<number> =>
    page.evaluate(
      async ([wanted, { from: start, length }]) => {
        let damaged = 0;
        const walk = async (directory: FileSystemDirectoryHandle, path: string): Promise<void> => {
          for await (const [name, handle] of directory.entries()) {
            const here = `${path}/${name}`;
            if (handle instanceof FileSystemDirectoryHandle) await walk(handle, here);
            else if (handle instanceof FileSystemFileHandle && here.includes(wanted)) {
              // The pool keeps 4,096 bytes of its own before the file.
              const from = 4096 + start;
              const content = new Uint8Array(await (await handle.getFile()).arrayBuffer());
              if (content.length < from + length) continue;
              const turned = content.slice(from, from + length).map((byte) => byte ^ 0xff);
              const writable = await handle.createWritable({ keepExistingData: true });
              await writable.write({ type: 'write', position: from, data: turned });
              await writable.close();
              damaged += 1;
            }
          }
        };
        await walk(await navigator.storage.getDirectory(), '');
        return damaged;
      },
      [part, stretch] as const,
    );

  /** Takes away the log that a killed app left beside a database. */
  const loseJournal = (part: string): Promise<number> =>
    page.evaluate(async (wanted) => {
      let lost = 0;
      const root = await navigator.storage.getDirectory();
      const databases = await root.getDirectoryHandle('fieldchart-databases');
      for await (const [name, directory] of databases.entries()) {
        if (!name.includes(wanted) || !(directory instanceof FileSystemDirectoryHandle)) continue;
        for await (const [file, handle] of directory.entries()) {
          // The pool says at a file's beginning which of SQLite's files it holds.
          const head = await (await (handle as FileSystemFileHandle).getFile()).slice(0, 14).text();
          if (head !== '/database-wal\0') continue;
          await directory.removeEntry(file);
          lost += 1;
        }
      }
      return lost;
    }, part);

  /** Takes every file of a database away, as a browser that needs space does. */
  const evictDatabase = (part: string): Promise<void> =>
    page.evaluate(async (wanted) => {
      const root = await navigator.storage.getDirectory();
      const databases = await root.getDirectoryHandle('fieldchart-databases');
      for await (const name of databases.keys()) {
        if (name.includes(wanted)) await databases.removeEntry(name, { recursive: true });
      }
    }, part);

  /** Holds a database's files as another program would, until the returned function lets go. */
  const holdDatabase = async (part: string): Promise<() => Promise<void>> => {
    const held = await page.evaluateHandle(async (wanted) => {
      const holds: FileSystemWritableFileStream[] = [];
      const walk = async (directory: FileSystemDirectoryHandle, path: string): Promise<void> => {
        for await (const [name, handle] of directory.entries()) {
          const here = `${path}/${name}`;
          if (handle instanceof FileSystemDirectoryHandle) await walk(handle, here);
          else if (handle instanceof FileSystemFileHandle && here.includes(wanted)) {
            holds.push(await handle.createWritable({ keepExistingData: true }));
          }
        }
      };
      await walk(await navigator.storage.getDirectory(), '');
      return holds;
    }, part);
    return () => held.evaluate(async (holds) => void (await Promise.all(holds.map((hold) => hold.abort()))));
  };

  /** Every part of every key record. */
  const keyParts = (): Promise<readonly (readonly [userId: string, part: KeyPart, value: unknown])[]> =>
    page.evaluate(async () => {
      // Opening it would make it: an empty one, which is not the app's.
      const known = await indexedDB.databases();
      if (!known.some(({ name }) => name === 'fieldchart-keys')) return [];
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open('fieldchart-keys');
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(new Error('the key records do not open'));
      });
      const store = database.transaction('parts').objectStore('parts');
      const all = <Value>(asked: IDBRequest<Value>) =>
        new Promise<Value>((resolve, reject) => {
          asked.onsuccess = () => resolve(asked.result);
          asked.onerror = () => reject(new Error('the key records do not answer'));
        });
      const [keys, values] = await Promise.all([all(store.getAllKeys()), all(store.getAll())]);
      database.close();
      return keys.map((key, at) => {
        const [userId, part] = key as [string, KeyPart];
        return [userId, part, values[at] as unknown] as const;
      });
    });

  const writeKeyPart = (userId: string, part: KeyPart, value: unknown): Promise<void> =>
    page.evaluate(
      async ([user, name, content]) => {
        const database = await new Promise<IDBDatabase>((resolve, reject) => {
          const opening = indexedDB.open('fieldchart-keys');
          opening.onsuccess = () => resolve(opening.result);
          opening.onerror = () => reject(new Error('the key records do not open'));
        });
        const writing = database.transaction('parts', 'readwrite');
        writing.objectStore('parts').put(content, [user, name]);
        await new Promise<void>((resolve, reject) => {
          writing.oncomplete = () => resolve();
          writing.onerror = () => reject(new Error('the key record was not written'));
        });
        database.close();
      },
      [userId, part, value] as const,
    );

  return { files, damageDatabase, loseJournal, evictDatabase, holdDatabase, keyParts, writeKeyPart };
}

export type DeviceDisk = ReturnType<typeof deviceDiskOf>;
