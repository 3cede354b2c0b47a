import decodeQR from 'qr/decode.js';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { testIds } from '../testIds.ts';
import { Button } from './Button.tsx';
import { Notice } from './Notice.tsx';
import type { QrScannerProps } from './QrScanner.tsx';

const LOOK_EVERY_MS = 200;

/** Reads a QR code with the device's camera. Pictures stay in this page's memory and are looked at once. */
export function QrScanner({ onRead, onCancel }: QrScannerProps) {
  const { t } = useTranslation();
  const video = useRef<HTMLVideoElement>(null);
  const [denied, setDenied] = useState(false);

  useEffect(() => {
    let stream: MediaStream | undefined;
    let over = false;
    const begin = async () => {
      const opened = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 } },
      });
      stream = opened;
      if (over) end();
      else if (video.current !== null) {
        video.current.srcObject = opened;
        await video.current.play();
      }
    };
    const end = () => {
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    begin().catch(() => {
      if (!over) setDenied(true);
    });
    const looking = setInterval(() => {
      const text = video.current === null ? null : readFrame(video.current);
      if (text === null || over) return;
      over = true;
      onRead(text);
    }, LOOK_EVERY_MS);
    return () => {
      over = true;
      clearInterval(looking);
      end();
    };
  }, [onRead]);

  return (
    <>
      {denied ? (
        <Notice tone="warning" announce title={t('scan.denied')} text={t('scan.deniedText')} />
      ) : (
        <video
          ref={video}
          muted
          playsInline
          aria-label={t('scan.view')}
          data-testid={testIds.scan.view}
          style={{ width: '100%', borderRadius: 14, background: '#000000' }}
        />
      )}
      <Button kind="outlined" label={t('scan.stop')} testID={testIds.scan.stop} onPress={onCancel} />
    </>
  );
}

/** The text of a code in the picture as it stands; null where there is none that can be read. */
function readFrame(video: HTMLVideoElement): string | null {
  const { videoWidth: width, videoHeight: height } = video;
  if (width === 0) return null;
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return null;
  context.drawImage(video, 0, 0, width, height);
  try {
    return decodeQR(context.getImageData(0, 0, width, height));
  } catch {
    // No code, or one that is cut off or blurred: the next picture may have it.
    return null;
  }
}
