import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** What pages load besides themselves. Names carry a hash, so caches may keep them for ever. */
export interface PageAssets {
  /** The whole style sheet, for inside the page: one round trip less before anything is seen. */
  readonly css: string;
  readonly scriptUrl: string;
  readonly iconUrl: string;
  /** Content-Security-Policy of pages: this style sheet, our script and images, nothing else. */
  readonly contentSecurityPolicy: string;
  /** Of everything here: pages look different when it differs. */
  readonly revision: string;
  /** By the last part of the URL. */
  readonly files: ReadonlyMap<string, AssetFile>;
}

export interface AssetFile {
  readonly body: Buffer;
  readonly contentType: string;
}

const FOLDER = new URL('./assets/', import.meta.url);

export function loadPageAssets(): PageAssets {
  const css = minified(readFileSync(new URL('page.css', FOLDER), 'utf8'));
  // It stands in the page as text; what would have to be escaped there would no longer be CSS.
  if (/[<&"]/.test(css)) throw new Error('page.css: < and & cannot stand inside a page');
  const script = readFileSync(new URL('live.js', FOLDER));
  const icon = readFileSync(new URL('icon.svg', FOLDER));
  const scriptName = `live.${shortHash(script)}.js`;
  const iconName = `icon.${shortHash(icon)}.svg`;
  return {
    css,
    scriptUrl: `/assets/${scriptName}`,
    iconUrl: `/assets/${iconName}`,
    contentSecurityPolicy: policy(css),
    revision: shortHash(Buffer.concat([Buffer.from(css), script, icon])),
    files: new Map([
      [scriptName, { body: script, contentType: 'text/javascript; charset=utf-8' }],
      [iconName, { body: icon, contentType: 'image/svg+xml' }],
    ]),
  };
}

function policy(css: string): string {
  const styleHash = createHash('sha256').update(css).digest('base64');
  return [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    "script-src 'self'",
    "connect-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Comments and indentation are for whoever edits the file. */
function minified(css: string): string {
  const [first = '', ...commented] = css.split('/*');
  return [first, ...commented.map((part) => part.slice(part.indexOf('*/') + 2))]
    .join('')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,>]) ?/g, '$1')
    .replace(/([:(]) /g, '$1')
    .replace(/;}/g, '}')
    .replaceAll('"', "'")
    .trim();
}

function shortHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12);
}
