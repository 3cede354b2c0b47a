/**
 * Asks the browser never to evict this app's storage, as it may when the disk runs full. The browser decides by its
 * own rules and may say no; the settings page shows what it said.
 */
export function askForPersistentStorage(): void {
  if (navigator.storage?.persist === undefined) return;
  navigator.storage.persist().catch(() => {
    // The same as a no.
  });
}
