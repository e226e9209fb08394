import type { Sharp, SharpConstructor } from 'sharp';
import { readImageHeader } from './image-header.ts';

/** A photo of a phone, unscaled. */
export const IMAGE_BYTES_MAX = 8 * 1_048_576;
/** Phones of today take 48 and 50 million pixels; nothing that anybody holds in hand takes more. */
export const IMAGE_PIXELS_MAX = 51_000_000;
/** Fits on a screen and a page of paper, and leaves a house number readable. */
const SIDE_PX_MAX = 2_048;
const JPEG_QUALITY = 80;
/** A photo of 50 million pixels takes about one second. */
const SECONDS_MAX = 15;
/** Decoders are given two of the four threads that files and DNS also need. */
const AT_ONCE_MAX = 2;
/** Forms that wait keep their bytes in memory. */
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
  /** Cut short, damaged, or decoding it takes too long. */
  | 'unreadable'
  /** Too many images are being decoded; it may be sent again. */
  | 'busy';

export type CleanOutcome =
  | { readonly kind: 'clean'; readonly image: CleanImage }
  | { readonly kind: 'refused'; readonly fault: ImageFault };

export interface ImageCleaner {
  /**
   * Decodes a photo and encodes it again: upright, at most 2,048 pixels a side, with nothing but
   * the picture. Everything else in the file (place, camera, preview, appended bytes) is removed.
   */
  photo(bytes: Uint8Array): Promise<CleanOutcome>;
  /** The same for a drawing, stored as PNG. */
  drawing(bytes: Uint8Array): Promise<CleanOutcome>;
  /** A PNG of grey values, one byte a pixel. */
  png(grey: Uint8Array, widthPx: number, heightPx: number): Promise<CleanImage>;
}

/**
 * Images from strangers, decoded by libvips off the event loop. Before that, form and size are read
 * from the bytes, so that nothing large is ever begun.
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

/** The faults visible without decoding. Pure. */
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
 * Of the many formats that libvips reads, only these; a list of forbidden ones would become
 * outdated.
 */
const LOADERS = [
  'VipsForeignLoadJpegBuffer',
  'VipsForeignLoadPngBuffer',
  'VipsForeignLoadWebpBuffer',
];

let sharpOpened: Promise<SharpConstructor> | null = null;

/** Loaded with the first image: a hub without couriers never pays for it. */
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

/** Runs `atOnce` works at a time; resolves with null, without starting, beyond `waitingMax`. */
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
