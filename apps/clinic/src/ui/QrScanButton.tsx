import { useCallback, useState } from 'react';
import { Button } from './Button.tsx';
import { QrScanner } from './QrScanner';

interface QrScanButtonProps {
  readonly label: string;
  readonly testID: string;
  readonly onRead: (text: string) => void;
}

/** A button that becomes the camera's picture until a code was read or the user stops. */
export function QrScanButton({ label, testID, onRead }: QrScanButtonProps) {
  const [scanning, setScanning] = useState(false);
  const read = useCallback(
    (text: string) => {
      setScanning(false);
      onRead(text);
    },
    [onRead],
  );
  return scanning ? (
    <QrScanner onRead={read} onCancel={() => setScanning(false)} />
  ) : (
    <Button kind="tonal" icon="qrcode-scan" label={label} testID={testID} onPress={() => setScanning(true)} />
  );
}
