import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';

/** Creates a picture in which each pixel's colour depends on its place. */
export function aPicture(widthPx = 64, heightPx = 48) {
  const pixels = Buffer.alloc(widthPx * heightPx * 3);
  for (let at = 0; at < pixels.length; at += 3) {
    pixels.set([at % 251, Math.floor(at / widthPx) % 241, 128], at);
  }
  return sharp(pixels, { raw: { width: widthPx, height: heightPx, channels: 3 } });
}

export const aJpeg = (widthPx?: number, heightPx?: number) =>
  aPicture(widthPx, heightPx).jpeg().toBuffer();
export const aPng = (widthPx?: number, heightPx?: number) =>
  aPicture(widthPx, heightPx).png().toBuffer();
export const aWebp = () => aPicture().webp().toBuffer();

/** A photo as phones take it: rotated, with camera and place. */
export const anExifJpeg = () =>
  aPicture(64, 48)
    .withExif({
      IFD0: { Make: 'PlantedCamera', Orientation: '6' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '53/1 33/1 0/1', GPSLongitudeRef: 'E' },
    })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body) >>> 0);
  return Buffer.concat([head, body, sum]);
}

const PNG_BEGINS = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** A PNG that declares this size, with the given compressed pixels. */
export function pngClaiming(widthPx: number, heightPx: number, packed: Uint8Array): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(heightPx, 4);
  // Eight bits of grey per pixel.
  header.set([8, 0, 0, 0, 0], 8);
  return Buffer.concat([
    PNG_BEGINS,
    chunk('IHDR', header),
    chunk('IDAT', packed),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/** This many zero bytes, compressed. */
export const zeros = (bytes: number) => deflateSync(Buffer.alloc(bytes), { level: 9 });

/** Adds a chunk to a PNG before its end. */
export function pngWithChunk(png: Uint8Array, type: string, data: Uint8Array): Buffer {
  const end = Buffer.from(png).lastIndexOf('IEND') - 4;
  return Buffer.concat([png.subarray(0, end), chunk(type, data), png.subarray(end)]);
}

/** The JPEG with a different declared size. */
export function jpegClaiming(jpeg: Uint8Array, widthPx: number, heightPx: number): Buffer {
  const bytes = Buffer.from(jpeg);
  for (let at = 2; at < bytes.length; ) {
    const marker = bytes[at + 1] ?? 0;
    if (marker >= 0xc0 && marker <= 0xc2) {
      bytes.writeUInt16BE(heightPx, at + 5);
      bytes.writeUInt16BE(widthPx, at + 7);
      return bytes;
    }
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  throw new Error('the picture has no frame');
}
