import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PROJECT_ROOT } from '../../../platform/settings/yaml-settings.ts';

/** A font file under `/console/assets`; its name contains a hash of the content. */
interface Font {
  readonly file: string;
  readonly body: Buffer;
  /** The letters for which a browser loads it, as in CSS. */
  readonly range: string;
}

const { resolve } = createRequire(`${PROJECT_ROOT}package.json`);
const PACKAGE = '@fontsource-variable/inter';
const RANGES: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(resolve(`${PACKAGE}/unicode.json`), 'utf8'),
);

/** Inter: its Latin letters on every page, those of Central Europe where a page has one. */
export const FONTS: readonly Font[] = ['latin', 'latin-ext'].map((subset) => {
  const body = readFileSync(resolve(`${PACKAGE}/files/inter-${subset}-wght-normal.woff2`));
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
  return { file: `${subset}.${hash}.woff2`, body, range: RANGES[subset] ?? '' };
});

const urlOf = ({ file }: Font) => `/console/assets/${file}`;

/** The font that a page loads before its style sheet asks for it. */
export const FONT_URL = urlOf(FONTS[0] as Font);

/**
 * Declares the font. A page whose font is late is shown in the system's and stays so, because text
 * that moves while somebody reads it is worse.
 */
export const FONT_CSS = FONTS.map(
  (font) =>
    `@font-face{font-family:Inter;font-weight:100 900;font-display:optional;src:url(${urlOf(font)}) format("woff2");unicode-range:${font.range}}`,
).join('');
