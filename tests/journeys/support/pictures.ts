import type { Locator, Page } from 'playwright-core';
import decodeQR from 'qr/decode.js';

/** Points of a picture, RGBA, as a canvas gives them. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** What a camera sees of a part of the screen. */
export async function photograph(part: Locator): Promise<Picture> {
  const png = await part.screenshot();
  const page = await part.page().context().newPage();
  try {
    return await drawn(page, `data:image/png;base64,${png.toString('base64')}`, undefined);
  } finally {
    await page.close();
  }
}

/** An SVG as a browser draws it, this many points wide and high. */
export async function drawSvg(page: Page, svg: string, width: number): Promise<Picture> {
  return drawn(page, `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`, width);
}

/** The text of the QR code in a picture. Throws where there is none that can be read. */
export const readQrCode = (picture: Picture): string => decodeQR(picture);

async function drawn(page: Page, url: string, width: number | undefined): Promise<Picture> {
  const points = await page.evaluate(
    async ([source, wanted]) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = wanted ?? image.naturalWidth;
      canvas.height = wanted ?? image.naturalHeight;
      const context = canvas.getContext('2d');
      if (context === null) throw new Error('no canvas');
      context.imageSmoothingEnabled = false;
      context.drawImage(image, 0, 0, canvas.width, canvas.height);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      let binary = '';
      for (let at = 0; at < data.length; at += 8192) {
        binary += String.fromCharCode(...data.subarray(at, at + 8192));
      }
      return { width: canvas.width, height: canvas.height, data: btoa(binary) };
    },
    [url, width] as const,
  );
  return { ...points, data: new Uint8Array(Buffer.from(points.data, 'base64')) };
}
