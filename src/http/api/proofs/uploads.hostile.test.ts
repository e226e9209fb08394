import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { IMAGE_BYTES_MAX } from '../../../platform/images/clean-image.ts';
import { readImageHeader } from '../../../platform/images/image-header.ts';
import {
  aJpeg,
  anExifJpeg,
  aPicture,
  aPng,
  aWebp,
  jpegClaiming,
  pngClaiming,
  pngWithChunk,
  zeros,
} from '../../../platform/images/test-images.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { type ProofParts, SIGNED, sendProof } from './test-proof-form.ts';

let hub: TestHub;
let key: string;
let id: string;
beforeAll(async () => {
  hub = await createTestHub();
  key = (await hub.newKey({ scopes: ['admin'] })).text;
});
afterAll(() => hub.close());

const SCRIPT = '<script>alert("planted")</script>';
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" onload="alert('planted')">${SCRIPT}</svg>`;
const text = (value: string) => Buffer.from(value);
const photo = (bytes: Uint8Array | string, more: Partial<ProofParts> = {}): ProofParts => ({
  photo: typeof bytes === 'string' ? text(bytes) : bytes,
  ...more,
});
const signature = (bytes: Uint8Array | string): ProofParts => ({ signature: bytes });

/** An upload and its expected result: stored without metadata, or rejected with that status. */
type Upload = readonly [what: string, make: () => Promise<ProofParts>, becomes: 'clean' | number];

const UPLOADS: readonly Upload[] = [
  ['HTML that calls itself a JPEG', async () => photo(`<html>${SCRIPT}`), 422],
  ['HTML after the first bytes of a JPEG', async () => photo(`\xff\xd8\xff${SCRIPT}`), 422],
  ['an SVG with a script', async () => photo(SVG, { type: 'image/svg+xml' }), 422],
  ['an SVG that calls itself a PNG', async () => photo(SVG, { type: 'image/png' }), 422],
  ['an SVG after a byte-order mark', async () => photo(`\ufeff<?xml version="1.0"?>${SVG}`), 422],
  ['a PNG of 100 megapixels', async () => photo(pngClaiming(10_000, 10_000, zeros(1e6))), 422],
  [
    'a whole PNG of 101 megapixels',
    async () => photo(pngClaiming(10_100, 10_000, zeros(10_101 * 10_000))),
    422,
  ],
  [
    'a PNG of four thousand million a side',
    async () => photo(pngClaiming(2 ** 32 - 1, 2 ** 32 - 1, zeros(9))),
    422,
  ],
  ['a PNG of no width', async () => photo(pngClaiming(0, 10, zeros(9))), 422],
  [
    'a JPEG that claims 65,535 a side',
    async () => photo(jpegClaiming(await aJpeg(), 65_535, 65_535)),
    422,
  ],
  [
    'a JPEG that claims a little more than it has',
    async () => photo(jpegClaiming(await aJpeg(), 7_000, 7_000)),
    'clean',
  ],
  ['a zip bomb in the pixels', async () => photo(pngClaiming(16, 16, zeros(3e7))), 'clean'],
  [
    'a zip bomb in a text chunk',
    async () =>
      photo(pngWithChunk(await aPng(), 'zTXt', Buffer.concat([text('Comment\0\0'), zeros(3e7)]))),
    'clean',
  ],
  ['a zip file', async () => photo('PK\x03\x04planted'), 422],
  ['a photo with place and camera', async () => photo(await anExifJpeg()), 'clean'],
  [
    'a PNG with a script in a text chunk',
    async () => photo(pngWithChunk(await aPng(), 'tEXt', text(`Comment\0${SCRIPT}`))),
    'clean',
  ],
  [
    'a JPEG with a script as its comment',
    async () => photo(withComment(await aJpeg(), SCRIPT)),
    'clean',
  ],
  [
    'a JPEG with a script appended',
    async () => photo(Buffer.concat([await aJpeg(), text(SCRIPT)])),
    'clean',
  ],
  [
    'a JPEG with a zip appended',
    async () => photo(Buffer.concat([await aJpeg(), text('PK\x03\x04 planted')])),
    'clean',
  ],
  [
    'a PNG with PHP appended',
    async () => photo(Buffer.concat([await aPng(), text('<?php planted(); ?>')])),
    'clean',
  ],
  [
    'a WebP with XMP',
    async () =>
      photo(
        await aPicture()
          .withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/">planted</x:xmpmeta>`)
          .webp()
          .toBuffer(),
      ),
    'clean',
  ],
  [
    'a GIF that is JavaScript',
    async () => photo('GIF89a/*\x01\x00\x01\x00*/=1;alert("planted")'),
    422,
  ],
  ['a GIF', async () => photo(await aPicture().gif().toBuffer()), 422],
  ['a PDF', async () => photo('%PDF-1.7 planted'), 422],
  [
    'a PDF after the beginning of a PNG',
    async () => photo(Buffer.concat([(await aPng()).subarray(0, 8), text('%PDF-1.7')])),
    422,
  ],
  ['a TIFF', async () => photo(await aPicture().tiff().toBuffer()), 422],
  ['an AVIF', async () => photo(await aPicture(16, 16).avif({ effort: 0 }).toBuffer()), 422],
  [
    'a HEIC by its name',
    async () => photo('\0\0\0\x18ftypheic planted', { type: 'image/heic' }),
    422,
  ],
  ['a BMP', async () => photo('BM\x3a\0\0\0planted'), 422],
  [
    'MVG for ImageMagick',
    async () => photo('push graphic-context\nimage over 0,0 0,0 "https://x/planted"'),
    422,
  ],
  ['a JPEG cut in half', async () => photo((await aJpeg(300, 300)).subarray(0, 1_500)), 422],
  ['a PNG cut in its pixels', async () => photo((await aPng(300, 300)).subarray(0, 1_500)), 422],
  ['three bytes', async () => photo(Buffer.from([0xff, 0xd8, 0xff])), 422],
  ['no bytes', async () => photo(new Uint8Array(0)), 422],
  ['a byte too many', async () => photo(new Uint8Array(IMAGE_BYTES_MAX + 1)), 413],
  ['six photos', async () => ({ photo: Array(6).fill(await aJpeg()) as Uint8Array[] }), 422],
  [
    'a JPEG that calls itself HTML',
    async () => photo(await aJpeg(), { type: 'text/html' }),
    'clean',
  ],
  ['a WebP that calls itself a JPEG', async () => photo(await aWebp()), 'clean'],
  [
    'a name that climbs',
    async () => photo(await aJpeg(), { fileName: '../../../../etc/passwd' }),
    'clean',
  ],
  [
    'a name with quotes and line breaks',
    async () => photo(await aJpeg(), { fileName: `a"\r\nX-Planted: 1\r\n\r\n${SCRIPT}` }),
    'clean',
  ],
  [
    'a name of 3,000 characters',
    async () => photo(await aJpeg(), { fileName: `${'a'.repeat(3_000)}.php` }),
    'clean',
  ],
  [
    'a JPEG in CMYK',
    async () => photo(await aPicture().toColourspace('cmyk').jpeg().toBuffer()),
    'clean',
  ],
  ['an animated WebP', async () => photo(await animated()), 'clean'],
  [
    'a field that nobody knows',
    async () => photo(await aJpeg(), { fields: { __proto: '1' } }),
    422,
  ],
  [
    'a field named like every object’s',
    async () => photo(await aJpeg(), { fields: { constructor: '1' } }),
    422,
  ],
  [
    'a name with a script',
    async () => photo(await aJpeg(), { fields: { received_by: SCRIPT } }),
    'clean',
  ],
  [
    'a name with a line break',
    async () => photo(await aJpeg(), { fields: { received_by: 'a\r\nb' } }),
    422,
  ],
  [
    'a place that is none',
    async () => photo(await aJpeg(), { fields: { lat: 'NaN', lng: '1e3' } }),
    422,
  ],
  ['a signature of HTML', async () => signature(text(SCRIPT)), 422],
  ['a signature that is an SVG', async () => signature(SVG), 422],
  [
    'a signature with polluting members',
    async () => signature('{"__proto__":{"x":1},"width":300,"height":150,"strokes":[]}'),
    422,
  ],
  ['a signature of too many brackets', async () => signature('['.repeat(200_000)), 422],
  [
    'a signature of a million points',
    async () => signature(`{"width":9,"height":9,"strokes":[[${'[1,1],'.repeat(60_000)}[2,2]]]}`),
    413,
  ],
  ['a signature as a picture', async () => signature(await aPng()), 'clean'],
  ['a signature as strokes', async () => signature(SIGNED), 'clean'],
];

it.each(UPLOADS)('%s', async (_what, make, becomes) => {
  const made = await fetch(`${hub.url}/v1/shipments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: '{"carrier": "fleet"}',
  });
  ({ id } = (await made.json()) as { id: string });
  const answer = await sendProof(hub, key, id, await make());
  if (becomes !== 'clean') {
    expect(answer.status, answer.text).toBe(becomes);
    const errors = answer.body['errors'] as { reason: string; fix: string }[] | undefined;
    expect(errors?.[0]?.reason ?? answer.body['detail']).toMatch(/\w{3,}/);
    expect(answer.text).not.toContain('planted');
    return;
  }
  expect(answer.status, answer.text).toBe(201);
  for (const bytes of await storedPhotos()) {
    expect(['image/jpeg', 'image/png']).toContain(readImageHeader(bytes)?.mediaType);
    expect(bytes.includes('lanted')).toBe(false);
    const { exif, xmp, icc, comments } = await sharp(bytes).metadata();
    expect([exif, xmp, icc, comments]).toEqual(Array(4).fill(undefined));
  }
});

it.each([
  ['no boundary', 'multipart/form-data', 'x', 415],
  ['an empty boundary', 'multipart/form-data; boundary=', 'x', 400],
  ['a boundary that never comes', 'multipart/form-data; boundary=b', 'x'.repeat(5_000), 400],
  [
    'an end that is missing',
    'multipart/form-data; boundary=b',
    '--b\r\ncontent-disposition: form-data; name="photo"; filename="a"\r\n\r\nxx',
    400,
  ],
  [
    'no name',
    'multipart/form-data; boundary=b',
    '--b\r\ncontent-disposition: form-data\r\n\r\nxx\r\n--b--\r\n',
    422,
  ],
  [
    'a hundred parts',
    'multipart/form-data; boundary=b',
    `${'--b\r\ncontent-disposition: form-data; name="id"\r\n\r\nx\r\n'.repeat(100)}--b--\r\n`,
    422,
  ],
  [
    'a header of a megabyte',
    'multipart/form-data; boundary=b',
    `--b\r\nx: ${'y'.repeat(1e6)}\r\n\r\n--b--\r\n`,
    422,
  ],
  ['JSON', 'application/json', '{}', 415],
  ['a form without files', 'application/x-www-form-urlencoded', 'photo=x', 415],
  ['nothing at all', 'multipart/form-data; boundary=b', '', 400],
] as const)('a form with %s is rejected with the reason', async (_what, type, body, status) => {
  const answer = await fetch(`${hub.url}/v1/shipments/${id}/proof`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': type },
    body,
  });
  const answerText = await answer.text();
  expect(answer.status, answerText).toBeLessThan(500);
  expect([answer.status, answerText.includes('"fix"') || answerText.includes('"detail"')]).toEqual([
    status,
    true,
  ]);
});

async function storedPhotos(): Promise<Buffer[]> {
  const headers = { authorization: `Bearer ${key}` };
  const shown = await fetch(`${hub.url}/v1/shipments/${id}/proof`, { headers });
  const { proofs } = (await shown.json()) as { proofs: { files: { url: string }[] }[] };
  const urls = proofs.flatMap(({ files }) => files.map(({ url }) => url));
  expect(urls.length).toBeGreaterThan(0);
  return Promise.all(
    urls.map(async (url) => {
      const answer = await fetch(`${hub.url}${url}`, { headers });
      return Buffer.from(await answer.arrayBuffer());
    }),
  );
}

/** Inserts a comment segment right after the start of the image. */
function withComment(jpeg: Uint8Array, comment: string): Buffer {
  const head = Buffer.from([0xff, 0xfe, 0, comment.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), head, text(comment), jpeg.subarray(2)]);
}

function animated(): Promise<Buffer> {
  const frames = Buffer.alloc(16 * 48 * 3, 90);
  return sharp(frames, { raw: { width: 16, height: 48, channels: 3, pageHeight: 16 } })
    .webp({ loop: 0 })
    .toBuffer();
}
