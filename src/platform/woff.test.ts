import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { trueTypeOf } from './pdf.ts';
import { vendoredFile } from './shipped.ts';

/**
 * A constant in the `head` table, whose checksum is computed before one of its fields is filled in.
 */
const MAGIC = 0x5f0f_3cf5;

const woff = readFileSync(
  vendoredFile('@fontsource/dejavu-sans/files/dejavu-sans-latin-400-normal.woff'),
);

function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 4) sum = (sum + bytes.readUInt32BE(at)) >>> 0;
  return sum;
}

it('unpacks every table, as the checksums in the font confirm', () => {
  const font = trueTypeOf(woff);
  const count = font.readUInt16BE(4);
  expect(count).toBeGreaterThan(10);
  for (let index = 0; index < count; index += 1) {
    const entry = 12 + index * 16;
    const start = font.readUInt32BE(entry + 8);
    const end = start + Math.ceil(font.readUInt32BE(entry + 12) / 4) * 4;
    const isHead = font.toString('latin1', entry, entry + 4) === 'head';
    if (isHead) expect(font.readUInt32BE(start + 12)).toBe(MAGIC);
    else expect(checksum(font.subarray(start, end))).toBe(font.readUInt32BE(entry + 4));
  }
});

it('refuses what is not a WOFF font', () => {
  expect(() => trueTypeOf(Buffer.from('wOF2 and more'))).toThrow('not a WOFF font');
});
