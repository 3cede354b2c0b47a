import { CameraView, useCameraPermissions } from 'expo-camera';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { rethrowLater } from '../session/rethrowLater.ts';
import { testIds } from '../testIds.ts';
import { Button } from './Button.tsx';
import { Notice } from './Notice.tsx';

export interface QrScannerProps {
  readonly onRead: (text: string) => void;
  readonly onCancel: () => void;
}

/** Reads a QR code with the phone's camera. */
export function QrScanner({ onRead, onCancel }: QrScannerProps) {
  const { t } = useTranslation();
  const [permission, ask] = useCameraPermissions();
  useEffect(() => {
    if (permission?.granted === false && permission.canAskAgain) ask().catch(rethrowLater);
  }, [permission, ask]);
  return (
    <>
      {permission?.granted === true ? (
        <CameraView
          accessibilityLabel={t('scan.view')}
          barcodeScannerSettings={{ barcodeTypes: ['qr'] }}
          onBarcodeScanned={({ data }) => onRead(data)}
          style={{ width: '100%', aspectRatio: 1, borderRadius: 14 }}
        />
      ) : permission?.canAskAgain === false ? (
        <Notice tone="warning" announce title={t('scan.denied')} text={t('scan.deniedText')} />
      ) : null}
      <Button kind="outlined" label={t('scan.stop')} testID={testIds.scan.stop} onPress={onCancel} />
    </>
  );
}
