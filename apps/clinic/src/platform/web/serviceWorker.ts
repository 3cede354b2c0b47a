/** Installs the app for use offline. A newer version waits until every tab of the old one is closed. */
export function registerServiceWorker(): void {
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register('/service-worker.js').catch(() => {
    // Without it the app still works while the server is reachable; the settings page says that it is not installed.
  });
}
