import { writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { type Picture, drawSvg } from './pictures.ts';

const WIDTH = 1280;
const HEIGHT = 720;

/** Chromium's arguments for a camera that shows one picture for ever, and is allowed to. */
export const cameraArguments = (film: string): readonly string[] => [
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  `--use-file-for-fake-video-capture=${film}`,
];

/** A film of an SVG that the product drew, held before the camera. The page draws it and is otherwise unused. */
export async function writeFilm(path: string, svg: string, page: Page): Promise<void> {
  const picture = await drawSvg(page, svg, HEIGHT);
  const header = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`);
  const frame = toFrame(picture);
  writeFileSync(path, Buffer.concat([header, frame, frame]));
}

/** One frame, 4:2:0: the picture's grey in the middle of a light wall, duller than on paper. */
function toFrame({ width, height, data }: Picture): Buffer {
  const light = Buffer.alloc(WIDTH * HEIGHT, 225);
  const left = Math.floor((WIDTH - width) / 2);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * 4;
      // What is transparent is the wall.
      const [red = 0, , , opacity = 0] = data.subarray(at, at + 4);
      light[y * WIDTH + left + x] = opacity < 128 ? 225 : 30 + Math.round((red / 255) * 195);
    }
  }
  return Buffer.concat([Buffer.from('FRAME\n'), light, Buffer.alloc((WIDTH * HEIGHT) / 2, 128)]);
}
