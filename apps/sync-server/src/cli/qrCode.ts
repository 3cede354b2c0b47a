import encodeQR from 'qr';

/** An SVG of a text as a QR code. Low correction: a screen does not get dirty, and each level makes it wider. */
export function drawQrCode(text: string): string {
  return encodeQR(text, 'svg', { ecc: 'low', border: 4 });
}
