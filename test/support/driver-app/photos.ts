import type { Page } from 'playwright-core';

/** A phone's photo of 12 megapixels with a colour gradient, whose EXIF contains its location. */
export async function photoWithPlace(page: Page): Promise<Buffer> {
  const url = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.width = 4_000;
    canvas.height = 3_000;
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('no canvas');
    const shade = context.createLinearGradient(0, 0, 4_000, 3_000);
    shade.addColorStop(0, '#204060');
    shade.addColorStop(1, '#e0b080');
    context.fillStyle = shade;
    context.fillRect(0, 0, 4_000, 3_000);
    return canvas.toDataURL('image/jpeg', 0.9);
  });
  const plain = Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
  return Buffer.concat([plain.subarray(0, 2), exif(), plain.subarray(2)]);
}

/** An APP1 segment with one GPS entry; the test checks that it is removed. */
function exif(): Buffer {
  const body = Buffer.concat([
    Buffer.from('Exif\0\0MM\0*\0\0\0\u0008', 'latin1'),
    // One entry: the offset of the GPS directory; then that, with the latitude's reference.
    Buffer.from('0001' + '88250004000000010000001a' + '00000000', 'hex'),
    Buffer.from('0001' + '0001000200000002' + '4e000000' + '00000000', 'hex'),
  ]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

export interface JpegFacts {
  readonly longerEdgePx: number;
  readonly hasExif: boolean;
}

/** Reads the headers of a JPEG; throws for anything else. */
export function readJpeg(bytes: Uint8Array): JpegFacts {
  const data = Buffer.from(bytes);
  if (data.readUInt16BE(0) !== 0xffd8) throw new Error('this is not a JPEG');
  let hasExif = false;
  for (let at = 2; at < data.length; at += 2 + data.readUInt16BE(at + 2)) {
    const marker = data.readUInt16BE(at);
    hasExif ||= data.subarray(at + 4, at + 8).toString('latin1') === 'Exif';
    // Start of frame: height and width.
    if (marker >= 0xffc0 && marker <= 0xffc2) {
      const edges = [data.readUInt16BE(at + 5), data.readUInt16BE(at + 7)];
      return { longerEdgePx: Math.max(...edges), hasExif };
    }
  }
  throw new Error('this JPEG has no picture');
}
