/** Phones show no PDF yet: there is nothing to open it with, and so no button. */
export function useOpenPdf(): ((base64: string) => void) | null {
  return null;
}
