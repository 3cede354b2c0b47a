import { writeFileSync } from 'node:fs';
import encodeQR from 'qr';

const WIDTH = 1280;
const HEIGHT = 720;

/** Chromium's arguments for a camera that shows one picture for ever, and is allowed to. */
export const cameraArguments = (film: string): readonly string[] => [
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  `--use-file-for-fake-video-capture=${film}`,
];

/** A film of a QR code, held before the camera: YUV4MPEG2, 4:2:0, grey, two frames. */
export function writeFilm(path: string, text: string): void {
  const rows = encodeQR(text, 'raw', { ecc: 'low', border: 4 });
  const scale = Math.floor(HEIGHT / rows.length);
  const left = Math.floor((WIDTH - rows.length * scale) / 2);
  const top = Math.floor((HEIGHT - rows.length * scale) / 2);
  const light = Buffer.alloc(WIDTH * HEIGHT, 225);
  for (const [y, row] of rows.entries()) {
    for (const [x, dark] of row.entries()) {
      if (!dark) continue;
      for (let line = 0; line < scale; line += 1) {
        const from = (top + y * scale + line) * WIDTH + left + x * scale;
        light.fill(30, from, from + scale);
      }
    }
  }
  const colour = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  const frame = Buffer.concat([Buffer.from('FRAME\n'), light, colour]);
  const header = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`);
  writeFileSync(path, Buffer.concat([header, frame, frame]));
}
