import { crc32, deflateSync } from 'node:zlib';

type Colour = readonly [red: number, green: number, blue: number];

const BLUE: Colour = [11, 79, 168];
const WHITE: Colour = [255, 255, 255];
const SAND: Colour = [255, 205, 110];
/** Samples per pixel in each direction, for smooth edges. */
const SAMPLES = 4;

/**
 * Draws the app's icon as PNG: a parcel on blue to the edges, so that phones may crop it to any
 * shape.
 */
export function drawIcon(sizePx: number): Buffer {
  const rows: Buffer[] = [];
  for (let y = 0; y < sizePx; y += 1) {
    const row = Buffer.alloc(1 + sizePx * 3);
    for (let x = 0; x < sizePx; x += 1) {
      for (const [channel, value] of pixel(x, y, sizePx).entries()) {
        row[1 + x * 3 + channel] = value;
      }
    }
    rows.push(row);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(sizePx, 0);
  header.writeUInt32BE(sizePx, 4);
  // 8 bits per channel: red, green and blue.
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body) >>> 0, body.length + 4);
  return framed;
}

function pixel(x: number, y: number, sizePx: number): Colour {
  const sum = [0, 0, 0];
  for (let nr = 0; nr < SAMPLES * SAMPLES; nr += 1) {
    const u = (x + ((nr % SAMPLES) + 0.5) / SAMPLES) / sizePx;
    const v = (y + (Math.floor(nr / SAMPLES) + 0.5) / SAMPLES) / sizePx;
    for (const [channel, value] of colourAt(u, v).entries()) {
      sum[channel] = (sum[channel] ?? 0) + value;
    }
  }
  const [red = 0, green = 0, blue = 0] = sum.map((value) =>
    Math.round(value / (SAMPLES * SAMPLES)),
  );
  return [red, green, blue];
}

/**
 * The colour at a point of the icon.
 * @param u from 0 at the left to 1
 * @param v from 0 at the top to 1
 */
function colourAt(u: number, v: number): Colour {
  const isBox = u > 0.26 && u < 0.74 && v > 0.3 && v < 0.74;
  if (!isBox) return BLUE;
  // The lid, and the tape across it.
  if (Math.abs(v - 0.42) < 0.012) return BLUE;
  return Math.abs(u - 0.5) < 0.05 && v < 0.56 ? SAND : WHITE;
}
