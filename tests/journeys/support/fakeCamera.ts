import { writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const WIDTH = 1280;
const HEIGHT = 720;

/** Chromium's arguments for a camera that shows one picture for ever, and is allowed to. */
export const cameraArguments = (film: string): readonly string[] => [
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  `--use-file-for-fake-video-capture=${film}`,
];

/** A film of a drawing (SVG), held before the camera: YUV4MPEG2, 4:2:0, grey, two frames. `page` draws it. */
export async function writeFilm(page: Page, path: string, svg: string): Promise<void> {
  const pixels = await page.evaluate(
    async ({ drawing, width, height }) => {
      const image = new Image();
      image.src = `data:image/svg+xml;base64,${btoa(drawing)}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = width;
      canvas.height = height;
      const brush = canvas.getContext('2d');
      if (brush === null) throw new Error('This browser draws nothing');
      brush.imageSmoothingEnabled = false;
      brush.fillStyle = 'white';
      brush.fillRect(0, 0, width, height);
      const left = (width - height) / 2;
      brush.drawImage(image, left, 0, height, height);
      const { data } = brush.getImageData(0, 0, width, height);
      const grey = Array.from({ length: width * height }, (_, at) => data[at * 4] ?? 0);
      let text = '';
      for (let from = 0; from < grey.length; from += 8192) {
        text += String.fromCharCode(...grey.slice(from, from + 8192));
      }
      return btoa(text);
    },
    { drawing: svg, width: WIDTH, height: HEIGHT },
  );
  // Paper is not white and ink not black: 16 to 235 is all that a film has.
  const light = Buffer.from(pixels, 'base64').map((value) => 30 + Math.round((value / 255) * 195));
  const colour = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  const frame = Buffer.concat([Buffer.from('FRAME\n'), light, colour]);
  const header = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`);
  writeFileSync(path, Buffer.concat([header, frame, frame]));
}
