import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it, test } from 'vitest';
import { createImageCleaner, IMAGE_BYTES_MAX } from './clean-image.ts';
import { readImageHeader } from './image-header.ts';
import {
  aJpeg,
  anExifJpeg,
  aPicture,
  aPng,
  aWebp,
  jpegClaiming,
  pngClaiming,
  zeros,
} from './test-images.ts';

const images = createImageCleaner();

async function cleaned(bytes: Uint8Array) {
  const outcome = await images.photo(bytes);
  if (outcome.kind === 'refused') throw new Error(outcome.fault);
  return outcome.image;
}

async function faultOf(bytes: Uint8Array) {
  const outcome = await images.photo(bytes);
  return outcome.kind === 'refused' ? outcome.fault : 'clean';
}

describe('a photo', () => {
  it('comes out as a JPEG, whichever form it had', async () => {
    for (const bytes of [await aJpeg(), await aPng(), await aWebp()]) {
      const { mediaType, bytes: out, widthPx, heightPx } = await cleaned(bytes);
      expect({ mediaType, widthPx, heightPx }).toEqual({
        mediaType: 'image/jpeg',
        widthPx: 64,
        heightPx: 48,
      });
      expect(readImageHeader(out)).toEqual({ mediaType, widthPx, heightPx });
    }
  });

  it('is set upright, and place and camera are gone', async () => {
    const photo = await anExifJpeg();
    expect(photo.includes('PlantedCamera')).toBe(true);
    const { bytes, widthPx, heightPx } = await cleaned(photo);
    expect([widthPx, heightPx]).toEqual([48, 64]);
    const left = await sharp(bytes).metadata();
    expect([left.exif, left.icc, left.xmp, left.orientation]).toEqual(Array(4).fill(undefined));
    expect(Buffer.from(bytes).includes('PlantedCamera')).toBe(false);
  });

  it('loses appended bytes', async () => {
    const script = '<script>alert(1)</script>';
    const { bytes } = await cleaned(Buffer.concat([await aJpeg(), Buffer.from(script)]));
    expect(Buffer.from(bytes).includes(script)).toBe(false);
  });

  it('is scaled to 2,048 pixels a side, and transparency becomes white', async () => {
    const { widthPx, heightPx } = await cleaned(await aPng(3_000, 1_000));
    expect([widthPx, heightPx]).toEqual([2_048, 683]);
    const clear = await sharp({
      create: { width: 4, height: 4, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    const { bytes } = await cleaned(clear);
    expect((await sharp(bytes).raw().toBuffer())[0]).toBeGreaterThan(250);
  });

  it('is refused unread when it is none, too large, or says that it is', async () => {
    expect(await faultOf(new Uint8Array(0))).toBe('empty');
    expect(await faultOf(new Uint8Array(IMAGE_BYTES_MAX + 1))).toBe('too_many_bytes');
    expect(await faultOf(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBe(
      'unknown_form',
    );
    expect(await faultOf(await aPicture().gif().toBuffer())).toBe('unknown_form');
    expect(await faultOf(await aPicture().tiff().toBuffer())).toBe('unknown_form');
    expect(await faultOf(pngClaiming(10_000, 10_001, zeros(10)))).toBe('too_many_pixels');
    expect(await faultOf(jpegClaiming(await aJpeg(), 65_535, 65_535))).toBe('too_many_pixels');
  });

  it('is rejected when it is truncated or not of its declared type', async () => {
    const jpeg = await aJpeg(400, 300);
    expect(await faultOf(jpeg.subarray(0, jpeg.length / 2))).toBe('unreadable');
    expect(await faultOf((await aPng()).subarray(0, 60))).toBe('unreadable');
    expect(await faultOf(pngClaiming(100, 100, zeros(1_000)))).toBe('unreadable');
    expect(await faultOf(pngClaiming(100, 100, Buffer.from('not deflated')))).toBe('unreadable');
  });

  it('waits for its turn, and beyond a limit is rejected', async () => {
    const jpeg = await aJpeg();
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => images.photo(jpeg)));
    const busy = outcomes.filter((each) => each.kind === 'refused' && each.fault === 'busy');
    expect(busy).toHaveLength(50 - 2 - 32);
    expect(await faultOf(jpeg)).toBe('clean');
  });
});

test('reading a header never throws, and never returns a size below one', () => {
  const begins = ['\x89PNG\r\n\x1a\n', '\xff\xd8\xff', 'RIFFxxxxWEBPVP8X', 'RIFFxxxxWEBPVP8 ', ''];
  fc.assert(
    fc.property(
      fc.constantFrom(...begins),
      fc.uint8Array({ maxLength: 200 }),
      (beginning, rest) => {
        const header = readImageHeader(Buffer.concat([Buffer.from(beginning, 'latin1'), rest]));
        if (header === null) return;
        expect(header.widthPx).toBeGreaterThan(0);
        expect(header.heightPx).toBeGreaterThan(0);
      },
    ),
  );
});

test('a header gives the format and size that were written', async () => {
  for (const [width, height] of [
    [1, 1],
    [17, 300],
  ] as const) {
    const picture = aPicture(width, height);
    const forms = [
      ['image/jpeg', await picture.clone().jpeg({ progressive: true }).toBuffer()],
      ['image/png', await picture.clone().png().toBuffer()],
      ['image/webp', await picture.clone().webp().toBuffer()],
      ['image/webp', await picture.clone().webp({ lossless: true }).toBuffer()],
      ['image/webp', await picture.clone().ensureAlpha(0.5).webp().toBuffer()],
    ] as const;
    for (const [mediaType, bytes] of forms) {
      expect(readImageHeader(bytes)).toEqual({ mediaType, widthPx: width, heightPx: height });
    }
  }
});

test('a logo becomes a small PNG that stays transparent', async () => {
  const sent = await sharp({
    create: {
      width: 2_000,
      height: 900,
      channels: 4,
      background: { r: 0, g: 80, b: 60, alpha: 0 },
    },
  })
    .png()
    .toBuffer();
  const outcome = await createImageCleaner().logo(sent);
  if (outcome.kind !== 'clean') throw new Error(outcome.fault);
  const { mediaType, widthPx, heightPx, bytes } = outcome.image;
  expect([mediaType, widthPx, heightPx]).toEqual(['image/png', 320, 144]);
  const { data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  expect(data[3]).toBe(0);
});
