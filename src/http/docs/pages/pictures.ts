import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { FOLDER } from './folder.ts';

const IMAGES = `${FOLDER}images/`;
const TYPES: Readonly<Record<string, string>> = { webp: 'image/webp', svg: 'image/svg+xml' };

/** A picture of the docs. */
export interface Picture {
  readonly path: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** Every picture of the docs; none when an installation omits the folder. */
export function docPictures(): readonly Picture[] {
  const files = existsSync(IMAGES) ? readdirSync(IMAGES).sort() : [];
  return files.flatMap((file) => {
    const type = TYPES[file.split('.').at(-1) ?? ''];
    return type === undefined
      ? []
      : [{ path: pathOf(file), type, bytes: readFileSync(`${IMAGES}${file}`) }];
  });
}

/**
 * Returns the picture in the colours that the reader prefers, `NAME.webp` or `NAME-dark.webp`; its
 * text alone if the file is not there.
 *
 * @param text escaped.
 */
export function pictureHtml(href: string, text: string): string {
  const file = basename(href);
  if (!existsSync(`${IMAGES}${file}`)) return text;
  const dark = file.replace(/(?=\.\w+$)/, '-dark');
  const source = existsSync(`${IMAGES}${dark}`)
    ? `<source media="(prefers-color-scheme:dark)" srcset="${pathOf(dark)}">`
    : '';
  const size = sizeOf(readFileSync(`${IMAGES}${file}`));
  return `<picture>${source}<img src="${pathOf(file)}" alt="${text}"${size} loading="lazy"></picture>`;
}

function pathOf(file: string): string {
  return `/docs/images/${file}`;
}

/** Where a lossy WebP without transparency has its width and height (RFC 9649, 2.5). */
const WEBP_WIDTH_AT = 26;

/** The room that a WebP needs, so that no text moves when it has loaded; of others, nothing. */
function sizeOf(bytes: Buffer): string {
  if (bytes.toString('latin1', 8, 16) !== 'WEBPVP8 ') return '';
  const [width, height] = [0, 2].map((at) => bytes.readUInt16LE(WEBP_WIDTH_AT + at) % 2 ** 14);
  return ` width="${width}" height="${height}"`;
}
