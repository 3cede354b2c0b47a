import { base64Decode } from '@fieldchart/foundation';
import { useCallback, useEffect, useRef } from 'react';

/** Opens a PDF in a tab of its own. It lives in memory only, and its address ends with the screen. */
export function useOpenPdf(): ((base64: string) => void) | null {
  const addresses = useRef<string[]>([]);
  useEffect(
    () => () => {
      for (const address of addresses.current) URL.revokeObjectURL(address);
    },
    [],
  );
  return useCallback((base64) => {
    const address = URL.createObjectURL(new Blob([base64Decode(base64)], { type: 'application/pdf' }));
    addresses.current.push(address);
    globalThis.open(address, '_blank', 'noopener');
  }, []);
}
