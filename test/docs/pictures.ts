/** What a page of the docs may cost a reader for one picture. */
export const PICTURE_BYTES_MAX = 100_000;

/** Where a lossy WebP without transparency has its width and height (RFC 9649, 2.5). */
const SIZE_AT = 26;

/** The width and height of a picture. */
export function pictureSize(webp: Buffer): readonly [width: number, height: number] {
  return [webp.readUInt16LE(SIZE_AT), webp.readUInt16LE(SIZE_AT + 2)];
}
