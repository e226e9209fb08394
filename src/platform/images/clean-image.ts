import type { Sharp, SharpConstructor } from 'sharp';

/** The size of an unscaled photo of a phone. */
export const IMAGE_BYTES_MAX = 8 * 1_048_576;
/** More pixels than any phone has: those of today take 48 and 50 million. */
export const IMAGE_PIXELS_MAX = 51_000_000;
/** Fits on a screen and a sheet of paper, and leaves a house number readable. */
const SIDE_PX_MAX = 2_048;
const JPEG_QUALITY = 80;
/** A photo of 50 million pixels takes about one second. */
const SECONDS_MAX = 15;
/** Decoders use two of the four threads that files and DNS also need. */
const AT_ONCE_MAX = 2;
/** Requests that wait keep their bytes in memory. */
const WAITING_MAX = 32;

export interface CleanImage {
  readonly mediaType: 'image/jpeg' | 'image/png';
  readonly bytes: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

export type ImageFault =
  | 'empty'
  | 'too_many_bytes'
  /** Its bytes are no JPEG, PNG or WebP, whatever its name says. */
  | 'unknown_form'
  | 'too_many_pixels'
  /** The file is truncated or damaged, or decoding takes too long. */
  | 'unreadable'
  /** Too many images are being decoded; it may be sent again. */
  | 'busy';

export type CleanOutcome =
  | { readonly kind: 'clean'; readonly image: CleanImage }
  | { readonly kind: 'refused'; readonly fault: ImageFault };

export interface ImageCleaner {
  /**
   * Decodes a photo and encodes it again: upright, at most 2,048 pixels per side, with nothing but
   * the picture. Everything else in the file (place, camera, preview, appended bytes) is removed.
   */
  photo(bytes: Uint8Array): Promise<CleanOutcome>;
  /** Does the same for a drawing, stored as PNG. */
  drawing(bytes: Uint8Array): Promise<CleanOutcome>;
  /** Encodes a PNG of grey values, one byte per pixel. */
  png(grey: Uint8Array, widthPx: number, heightPx: number): Promise<CleanImage>;
}

/**
 * Creates the cleaner for images from strangers, decoded by libvips off the event loop. Before
 * that, format and size are read from the bytes, so that nothing too large is ever decoded.
 */
export function createImageCleaner(): ImageCleaner {
  const turns = takeTurns(AT_ONCE_MAX, WAITING_MAX);
  const clean = async (bytes: Uint8Array, encode: (image: Sharp) => Sharp) => {
    const fault = faultOf(bytes);
    if (fault !== null) return refused(fault);
    return (await turns(() => decode(bytes, encode))) ?? refused('busy');
  };
  return {
    photo: (bytes) =>
      clean(bytes, (image) => image.jpeg({ quality: JPEG_QUALITY, progressive: false })),
    drawing: (bytes) => clean(bytes, (image) => image.png({ compressionLevel: 9 })),
    async png(grey, widthPx, heightPx) {
      const sharp = await openSharp();
      const bytes = await sharp(grey, { raw: { width: widthPx, height: heightPx, channels: 1 } })
        .png({ compressionLevel: 9 })
        .toBuffer();
      return { mediaType: 'image/png', bytes, widthPx, heightPx };
    },
  };
}

/** Returns the fault that is visible without decoding, or null. Pure. */
function faultOf(bytes: Uint8Array): ImageFault | null {
  if (bytes.length === 0) return 'empty';
  if (bytes.length > IMAGE_BYTES_MAX) return 'too_many_bytes';
  const header = readImageHeader(bytes);
  if (header === null) return 'unknown_form';
  return header.widthPx * header.heightPx > IMAGE_PIXELS_MAX ? 'too_many_pixels' : null;
}

async function decode(bytes: Uint8Array, encode: (image: Sharp) => Sharp): Promise<CleanOutcome> {
  const sharp = await openSharp();
  try {
    const opened = sharp(bytes, { limitInputPixels: IMAGE_PIXELS_MAX, failOn: 'error', pages: 1 })
      .timeout({ seconds: SECONDS_MAX })
      .autoOrient()
      .resize(SIDE_PX_MAX, SIDE_PX_MAX, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#fff' })
      .toColourspace('srgb');
    const { data, info } = await encode(opened).toBuffer({ resolveWithObject: true });
    const mediaType = info.format === 'png' ? 'image/png' : 'image/jpeg';
    const image = { mediaType, bytes: data, widthPx: info.width, heightPx: info.height } as const;
    return { kind: 'clean', image };
  } catch {
    return refused('unreadable');
  }
}

function refused(fault: ImageFault): CleanOutcome {
  return { kind: 'refused', fault };
}

/**
 * The only loaders allowed of the many that libvips has; a list of forbidden ones would become
 * outdated.
 */
const LOADERS = [
  'VipsForeignLoadJpegBuffer',
  'VipsForeignLoadPngBuffer',
  'VipsForeignLoadWebpBuffer',
];

let sharpOpened: Promise<SharpConstructor> | null = null;

/** Loads sharp with the first image, so that a hub without couriers never needs it. */
function openSharp(): Promise<SharpConstructor> {
  sharpOpened ??= import('sharp').then(({ default: sharp }) => {
    sharp.block({ operation: ['VipsForeignLoad'] });
    sharp.unblock({ operation: LOADERS });
    sharp.cache(false);
    sharp.concurrency(1);
    return sharp;
  });
  return sharpOpened;
}

/**
 * Runs `atOnce` tasks at a time; resolves with null, without starting, if `waitingMax` wait
 * already.
 */
function takeTurns(atOnce: number, waitingMax: number) {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T | null> => {
    if (running >= atOnce) {
      if (waiting.length >= waitingMax) return null;
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      // The slot is passed on directly, so that no later caller overtakes those who wait.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

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
