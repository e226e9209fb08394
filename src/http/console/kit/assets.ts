import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { browserScript } from '../../../platform/browser-script.ts';
import { EUROPEAN_LETTERS, shippedFile, vendoredFile } from '../../../platform/shipped.ts';
import type { MapAssets } from '../../maps/map-assets.ts';

/** A font file under `/console/assets`; its name contains a hash of the content. */
interface Font {
  readonly file: string;
  readonly body: Buffer;
  /** The letters for which a browser loads it, as in CSS. */
  readonly range: string;
}

const PACKAGE = '@fontsource-variable/inter';
const LATIN_LETTERS: string = JSON.parse(
  readFileSync(vendoredFile(`${PACKAGE}/unicode.json`), 'utf8'),
).latin;

/** Inter: its Latin letters on every page, those of Central Europe where a page has one. */
const FONTS: readonly Font[] = [
  fontOf('latin', vendoredFile(`${PACKAGE}/files/inter-latin-wght-normal.woff2`), LATIN_LETTERS),
  fontOf('european', shippedFile('config/fonts/inter-european.woff2'), EUROPEAN_LETTERS),
];

function fontOf(name: string, path: string, range: string): Font {
  const body = readFileSync(path);
  return { file: `${name}.${shortHash(body)}.woff2`, body, range };
}

const urlOf = ({ file }: Font) => `/console/assets/${file}`;

/** The font's files by URL path. */
export const FONT_FILES = FONTS.map((font): [string, Buffer] => [urlOf(font), font.body]);

/** The font that a page loads before its style sheet asks for it. */
export const FONT_URL = urlOf(FONTS[0] as Font);

/**
 * Declares the font. A page whose font arrives late keeps the system's font, because text that
 * moves while somebody reads it is worse.
 */
export const FONT_CSS = FONTS.map(
  (font) =>
    `@font-face{font-family:Inter;font-weight:100 900;font-display:optional;src:url(${urlOf(font)}) format("woff2");unicode-range:${font.range}}`,
).join('');

/** The console's own style sheet, fonts and scripts; their names contain a hash of the content. */
export interface ConsoleAssets {
  readonly styleUrl: string;
  readonly iconUrl: string;
  /** The script of every page: what makes pages quicker to use where scripts run. */
  readonly scriptUrl: string;
  /** What pages with a map need. */
  readonly map: MapAssets;
  readonly contentSecurityPolicy: string;
  /** By the last segment of the URL. */
  readonly files: ReadonlyMap<string, ConsoleFile>;
}

interface ConsoleFile {
  /** Asynchronous, because a script may have to be built first. */
  readonly body: () => Promise<Buffer> | Buffer;
  readonly contentType: string;
}

const SHEETS = ['base', 'shell', 'list', 'record', 'pages', 'maps'];
const SCRIPT_TYPE = 'text/javascript; charset=utf-8';

/** The URL prefix of the files. */
const PATH = '/console/assets';

export function loadConsoleAssets(map: MapAssets): ConsoleAssets {
  const readAsset = (name: string) => readFileSync(new URL(`../assets/${name}`, import.meta.url));
  const files = new Map<string, ConsoleFile>();
  const addFile = (name: string, extension: string, contentType: string, body: Buffer) => {
    const file = `${name}.${shortHash(body)}.${extension}`;
    files.set(file, { body: () => body, contentType });
    return `${PATH}/${file}`;
  };
  const script = browserScript(new URL('../client/', import.meta.url), 'main');
  files.set(script.fileName, { body: script.read, contentType: SCRIPT_TYPE });
  for (const { file, body } of FONTS)
    files.set(file, { body: () => body, contentType: 'font/woff2' });
  const style = Buffer.concat([
    Buffer.from(FONT_CSS),
    ...SHEETS.map((name) => readAsset(`${name}.css`)),
  ]);
  const icon = readFileSync(
    new URL('../../public/tracking/pages/assets/icon.svg', import.meta.url),
  );
  const sources = map.origin === null ? "'self'" : `'self' ${map.origin}`;
  return {
    scriptUrl: `${PATH}/${script.fileName}`,
    styleUrl: addFile('console', 'css', 'text/css; charset=utf-8', style),
    iconUrl: addFile('icon', 'svg', 'image/svg+xml', icon),
    map,
    contentSecurityPolicy: [
      "default-src 'none'",
      "style-src 'self'",
      "font-src 'self'",
      "img-src 'self'",
      "frame-src 'self'",
      "script-src 'self'",
      `connect-src ${sources}`,
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join('; '),
    files,
  };
}

function shortHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12);
}
