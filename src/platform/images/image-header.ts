/** What a file says about itself before any of it is decoded. */
interface ImageHeader {
  readonly mediaType: 'image/jpeg' | 'image/png' | 'image/webp';
  readonly widthPx: number;
  readonly heightPx: number;
}

/**
 * Reads format and size of a JPEG, PNG or WebP image from its bytes alone: its name and declared
 * type may be wrong. Null for all other files, and if there is no size in the required place. Pure;
 * never throws.
 */
export function readImageHeader(bytes: Uint8Array): ImageHeader | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = pngSize(view) ?? jpegSize(view) ?? webpSize(view);
  return found === null || found.widthPx < 1 || found.heightPx < 1 ? null : found;
}

const PNG_BEGINS = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** Reads the size of a PNG, whose first chunk must be `IHDR`. */
function pngSize(view: Buffer): ImageHeader | null {
  if (view.length < 33 || !view.subarray(0, 8).equals(PNG_BEGINS)) return null;
  if (view.readUInt32BE(8) !== 13 || view.toString('latin1', 12, 16) !== 'IHDR') return null;
  const [widthPx, heightPx] = [view.readUInt32BE(16), view.readUInt32BE(20)];
  return { mediaType: 'image/png', widthPx, heightPx };
}

const [START_OF_SCAN, END_OF_IMAGE] = [0xda, 0xd9];

/** Reads the size of a JPEG from the first frame header, which must come before the first scan. */
function jpegSize(view: Buffer): ImageHeader | null {
  if (view.length < 4 || view.readUIntBE(0, 3) !== 0xffd8ff) return null;
  let at = 2;
  while (at + 9 <= view.length) {
    if (view[at] !== 0xff) return null;
    const marker = view[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += 2;
      continue;
    }
    if (marker === START_OF_SCAN || marker === END_OF_IMAGE || marker === 0) return null;
    if (isFrame(marker)) {
      const [widthPx, heightPx] = [view.readUInt16BE(at + 7), view.readUInt16BE(at + 5)];
      return { mediaType: 'image/jpeg', widthPx, heightPx };
    }
    const segmentBytes = view.readUInt16BE(at + 2);
    if (segmentBytes < 2) return null;
    at += 2 + segmentBytes;
  }
  return null;
}

/**
 * Whether a marker is a frame header: SOF0 to SOF15, without the tables and the extension among
 * them.
 */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/** Reads the size from a WebP header, lossy, lossless or extended; null if it is not one. */
function webpSize(view: Buffer): ImageHeader | null {
  if (view.length < 30 || view.toString('latin1', 0, 4) !== 'RIFF') return null;
  if (view.toString('latin1', 8, 12) !== 'WEBP') return null;
  const mediaType = 'image/webp';
  switch (view.toString('latin1', 12, 16)) {
    case 'VP8 ': {
      if (view.readUIntBE(23, 3) !== 0x9d012a) return null;
      const [widthPx, heightPx] = [view.readUInt16LE(26) & 0x3fff, view.readUInt16LE(28) & 0x3fff];
      return { mediaType, widthPx, heightPx };
    }
    case 'VP8L': {
      if (view[20] !== 0x2f) return null;
      const bits = view.readUInt32LE(21);
      const [widthPx, heightPx] = [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
      return { mediaType, widthPx, heightPx };
    }
    case 'VP8X': {
      const [widthPx, heightPx] = [view.readUIntLE(24, 3) + 1, view.readUIntLE(27, 3) + 1];
      return { mediaType, widthPx, heightPx };
    }
    default:
      return null;
  }
}
