import { z } from 'zod';
import { issueText } from '../../kernel/wire/explain-issues.ts';

/** Limit of a signature in JSON: a page of handwriting. A signature takes a few thousand bytes. */
export const SIGNATURE_BYTES_MAX = 256 * 1_024;
const SIDE_MAX = 10_000;
const STROKES_MAX = 300;
const POINTS_MAX = 10_000;

const at = z
  .number()
  .min(-SIDE_MAX)
  .max(2 * SIDE_MAX);
const side = z.number().min(10).max(SIDE_MAX);

const signatureStrokes = z
  .object({
    width: side,
    height: side,
    strokes: z
      .array(z.array(z.tuple([at, at]).rest(z.number())).min(1))
      .min(1)
      .max(STROKES_MAX),
  })
  .refine(
    ({ strokes }) => strokes.reduce((sum, { length }) => sum + length, 0) <= POINTS_MAX,
    issueText({ 'shipments.tooManySignaturePoints': { pointsMax: POINTS_MAX } }),
  );

/** A signature as it was drawn: strokes of points, in the units of the field it was drawn in. */
export interface Signature {
  readonly width: number;
  readonly height: number;
  readonly strokes: readonly (readonly (readonly [x: number, y: number])[])[];
}

export type SignatureFault = 'too_many_bytes' | 'unreadable' | 'no_ink' | 'too_much_ink';

/** Width of the picture; its height depends on the field's. */
const WIDTH_PX = 600;
const HEIGHT_PX_MAX = 600;
const PEN_RADIUS_PX = 1.4;
/** Shortest line that counts as a signature; anything shorter is a slip of the finger. */
const INK_PX_MIN = 12;
/** Longest line, a hundred times the width: drawing it takes a few milliseconds. */
const INK_PX_MAX = 60_000;

/**
 * Reads strokes from JSON, rounded to a tenth, or returns why they cannot be used. Pure and total.
 */
export function readSignature(
  bytes: Uint8Array,
): { readonly signature: Signature } | { readonly fault: SignatureFault } {
  if (bytes.length > SIGNATURE_BYTES_MAX) return { fault: 'too_many_bytes' };
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return { fault: 'unreadable' };
  }
  const read = signatureStrokes.safeParse(json);
  if (!read.success) return { fault: 'unreadable' };
  const { width, height } = read.data;
  const tenth = (value: number, most: number) =>
    Math.round(Math.min(Math.max(value, 0), most) * 10) / 10;
  const strokes = read.data.strokes.map((points) =>
    points.map(([x, y]) => [tenth(x, width), tenth(y, height)] as const),
  );
  const signature = { width, height, strokes };
  const inkPx = inkLength(signature) * scaleOf(signature);
  if (inkPx < INK_PX_MIN) return { fault: 'no_ink' };
  return inkPx > INK_PX_MAX ? { fault: 'too_much_ink' } : { signature };
}

/** Whether an uploaded signature contains strokes: no picture begins like JSON. */
export function isStrokesLike(bytes: Uint8Array): boolean {
  return /^\s*[[{]/.test(Buffer.from(bytes.subarray(0, 64)).toString('latin1'));
}

/** Returns pixels per unit of the field. */
function scaleOf({ width, height }: Pick<Signature, 'width' | 'height'>): number {
  return Math.min(WIDTH_PX / width, HEIGHT_PX_MAX / height);
}

/** Returns the length of all lines, in units of the field. */
function inkLength({ strokes }: Signature): number {
  let ink = 0;
  for (const points of strokes) {
    for (const [from, to] of pairs(points)) ink += Math.hypot(to[0] - from[0], to[1] - from[1]);
  }
  return ink;
}

type Point = readonly [x: number, y: number];

/** Yields the lines of a stroke, each from one point to the next. */
function* pairs(points: readonly Point[]): Iterable<readonly [Point, Point]> {
  for (const [index, to] of points.entries()) {
    // A dot is a stroke from a point to itself.
    const from = points[index - 1] ?? to;
    if (index > 0 || points.length === 1) yield [from, to];
  }
}

/** Draws the signature as a picture of grey values, black on white, one byte per pixel. Pure. */
export function drawSignature(signature: Signature): {
  readonly grey: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
} {
  const scale = scaleOf(signature);
  const widthPx = Math.max(1, Math.round(signature.width * scale));
  const heightPx = Math.max(1, Math.round(signature.height * scale));
  const grey = new Uint8Array(widthPx * heightPx).fill(255);
  for (const points of signature.strokes) {
    for (const [from, to] of pairs(points)) {
      const [dx, dy] = [(to[0] - from[0]) * scale, (to[1] - from[1]) * scale];
      const steps = Math.max(1, Math.ceil(Math.hypot(dx, dy) * 2));
      for (let step = 0; step <= steps; step += 1) {
        const part = step / steps;
        dot(grey, widthPx, heightPx, from[0] * scale + dx * part, from[1] * scale + dy * part);
      }
    }
  }
  return { grey, widthPx, heightPx };
}

/** Draws a dot of ink with a soft edge; overlapping ink gets no darker. */
function dot(grey: Uint8Array, widthPx: number, heightPx: number, x: number, y: number): void {
  const reach = Math.ceil(PEN_RADIUS_PX + 1);
  for (let row = Math.floor(y) - reach; row <= Math.floor(y) + reach; row += 1) {
    if (row < 0 || row >= heightPx) continue;
    for (let column = Math.floor(x) - reach; column <= Math.floor(x) + reach; column += 1) {
      if (column < 0 || column >= widthPx) continue;
      const distance = Math.hypot(column + 0.5 - x, row + 0.5 - y);
      const ink = Math.min(1, Math.max(0, PEN_RADIUS_PX + 0.5 - distance));
      const place = row * widthPx + column;
      grey[place] = Math.min(grey[place] ?? 255, Math.round(255 * (1 - ink)));
    }
  }
}
