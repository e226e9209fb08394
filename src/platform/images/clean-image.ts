import type { Sharp, SharpConstructor } from 'sharp';
import { readImageHeader } from './image-header.ts';

/** The size of an unscaled photo of a phone. */
export const IMAGE_BYTES_MAX = 8 * 1_048_576;

/** More pixels than any phone has: those of today take 48 and 50 million. */
export const IMAGE_PIXELS_MAX = 51_000_000;

/** A logo is shown 36 px high; four times that is sharp on every screen. */
const LOGO_PX = { width: 640, height: 144 } as const;

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

type CleanOutcome =
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
  /** Does the same for a logo: a PNG of at most 640 by 144 pixels that stays transparent. */
  logo(bytes: Uint8Array): Promise<CleanOutcome>;
  /** Encodes a PNG of grey values, one byte per pixel. */
  png(grey: Uint8Array, widthPx: number, heightPx: number): Promise<CleanImage>;
}

/**
 * Creates the cleaner for images from strangers, decoded by libvips off the event loop. Before
 * that, format and size are read from the bytes, so that nothing too large is ever decoded.
 */
export function createImageCleaner(): ImageCleaner {
  const turns = limitConcurrency(AT_ONCE_MAX, WAITING_MAX);
  const clean = async (bytes: Uint8Array, encode: (image: Sharp) => Sharp) => {
    const fault = faultOf(bytes);
    if (fault !== null) return refused(fault);
    return (await turns(() => decode(bytes, encode))) ?? refused('busy');
  };
  const picture = (image: Sharp) =>
    image
      .resize(SIDE_PX_MAX, SIDE_PX_MAX, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#fff' });
  const logo = (image: Sharp) =>
    image.resize({ ...LOGO_PX, fit: 'inside', withoutEnlargement: true });
  return {
    photo: (bytes) =>
      clean(bytes, (image) => picture(image).jpeg({ quality: JPEG_QUALITY, progressive: false })),
    drawing: (bytes) => clean(bytes, (image) => picture(image).png({ compressionLevel: 9 })),
    logo: (bytes) => clean(bytes, (image) => logo(image).png({ compressionLevel: 9 })),
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

/** Decodes an image and encodes it again: upright, not too large, on white, without metadata. */
async function decode(bytes: Uint8Array, encode: (image: Sharp) => Sharp): Promise<CleanOutcome> {
  const sharp = await openSharp();
  try {
    const opened = sharp(bytes, { limitInputPixels: IMAGE_PIXELS_MAX, failOn: 'error', pages: 1 })
      .timeout({ seconds: SECONDS_MAX })
      .autoOrient()
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
function limitConcurrency(atOnce: number, waitingMax: number) {
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
