/** A picture in grey, row by row, with a byte for each pixel; 255 is white. */
export interface GreyPicture {
  readonly grey: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

type Box = readonly [left: number, top: number, width: number, height: number, grey: number];

/** The boxes that show a door, its handle and its step, and the parcel on it. */
const BOXES: readonly Box[] = [
  [0, 0, 320, 240, 196],
  [90, 20, 140, 190, 96],
  [104, 34, 112, 70, 132],
  [104, 116, 112, 82, 120],
  [212, 112, 8, 20, 230],
  [0, 210, 320, 30, 150],
  [130, 160, 84, 60, 216],
  [166, 160, 12, 60, 244],
];

/** Draws the picture that a sandbox courier's camera takes at any door. Pure. */
export function proofPicture(): GreyPicture {
  const [widthPx, heightPx] = [320, 240];
  const grey = new Uint8Array(widthPx * heightPx);
  for (const [left, top, width, height, shade] of BOXES) {
    for (let y = top; y < top + height; y += 1) {
      grey.fill(shade, y * widthPx + left, y * widthPx + left + width);
    }
  }
  return { grey, widthPx, heightPx };
}
