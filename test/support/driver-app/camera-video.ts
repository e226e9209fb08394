import { closeSync, openSync, writeSync } from 'node:fs';
import bwip from 'bwip-js';

const WIDTH = 640;
const HEIGHT = 480;
const FRAMES_PER_S = 5;
/** How long each label is in front of the camera. */
const FRAMES_EACH = 4;
const MODULE_PX = 4;
const BLACK = 20;
const WHITE = 235;

/**
 * The picture of a phone's camera in front of one label after the other: a Y4M video of Code 128,
 * which Chromium plays as its camera in a loop (`--use-file-for-fake-video-capture`).
 */
export function writeCameraVideo(file: string, numbers: readonly string[]): void {
  const out = openSync(file, 'w');
  try {
    writeSync(out, `YUV4MPEG2 W${WIDTH} H${HEIGHT} F${FRAMES_PER_S}:1 Ip A1:1 C420jpeg\n`);
    const colourless = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
    for (const number of numbers) {
      const picture = label(number);
      for (let index = 0; index < FRAMES_EACH; index += 1) {
        writeSync(out, 'FRAME\n');
        writeSync(out, picture);
        writeSync(out, colourless);
      }
    }
  } finally {
    closeSync(out);
  }
}

/** Brightness of each pixel: bars in the middle of white paper. */
function label(number: string): Buffer {
  const [code] = bwip.raw({ bcid: 'code128', text: number }) as readonly {
    readonly sbs: readonly number[];
  }[];
  const row = Buffer.alloc(WIDTH, WHITE);
  const widths = code?.sbs ?? [];
  const total = widths.reduce((sum, width) => sum + width, 0) * MODULE_PX;
  let x = Math.floor((WIDTH - total) / 2);
  for (const [index, width] of widths.entries()) {
    if (index % 2 === 0) row.fill(BLACK, x, x + width * MODULE_PX);
    x += width * MODULE_PX;
  }
  const rows = Array.from({ length: HEIGHT }, (_, y) =>
    y > 140 && y < 340 ? row : Buffer.alloc(WIDTH, WHITE),
  );
  return Buffer.concat(rows);
}
