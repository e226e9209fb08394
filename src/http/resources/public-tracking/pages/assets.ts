import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { httpsOrigin } from '../../../../merchants/index.ts';
import type { AssetFile } from './asset-file.ts';
import type { BrandStyle } from './brand-style.ts';
import { loadMapAssets, type MapAssets, type MapSetting } from './map-assets.ts';

/** Forms, lists and notices; what a personal link opens; where the courier is; who started the hub. */
export type Sheet = 'forms' | 'panel' | 'map' | 'start';

/** What pages load besides themselves. Names carry a hash, so caches may keep them for ever. */
export interface PageAssets {
  /** The whole style sheet, for inside the page: one round trip less before anything is seen. */
  readonly css: string;
  readonly scriptUrl: string;
  /** Of the page for whoever started the hub. */
  readonly startScriptUrl: string;
  /** Of the form that offers notifications, and the service worker that shows them. */
  readonly pushScriptUrl: string;
  readonly pushWorkerUrl: string;
  /** The look-up for other sites' pages; it has an address without a hash. */
  readonly widget: Buffer;
  readonly iconUrl: string;
  /** The same for those who ask for /favicon.ico, whatever the page says. */
  readonly favicon: AssetFile;
  /** Of what only some pages have; for inside the page, behind the other. */
  readonly sheets: Readonly<Record<Sheet, string>>;
  readonly map: MapAssets;
  /**
   * Content-Security-Policy of a page: our style sheets, script and images, the merchant's colour
   * and the place its logo comes from, nothing else. With a map also the site of its tiles.
   */
  contentSecurityPolicy(
    style?: Pick<BrandStyle, 'css' | 'logoUrl'> | null,
    options?: { readonly hasMap: boolean },
  ): string;
  /** Of everything here: pages look different when it differs. */
  readonly revision: string;
  /** By the last part of the URL. */
  readonly files: ReadonlyMap<string, AssetFile>;
}

const FOLDER = new URL('./assets/', import.meta.url);

export function loadPageAssets(mapSetting: MapSetting | null = null): PageAssets {
  const css = sheet('page.css');
  const sheets = {
    forms: sheet('forms.css'),
    panel: sheet('panel.css'),
    map: sheet('map.css'),
    start: sheet('start.css'),
  };
  const styles = [css, ...Object.values(sheets)];
  const script = bare('live.js');
  const startScript = bare('start.js');
  const pushScript = bare('push.js');
  const pushWorker = bare('push-worker.js');
  const pushName = `push.${shortHash(pushScript)}.js`;
  const workerName = `push-worker.${shortHash(pushWorker)}.js`;
  const map = loadMapAssets(bare('courier.js'), mapSetting);
  const icon = readFileSync(new URL('icon.svg', FOLDER));
  const favicon = readFileSync(new URL('favicon.ico', FOLDER));
  const scriptName = `live.${shortHash(script)}.js`;
  const startName = `start.${shortHash(startScript)}.js`;
  const iconName = `icon.${shortHash(icon)}.svg`;
  return {
    css,
    sheets,
    map,
    widget: bare('widget.js'),
    scriptUrl: `/assets/${scriptName}`,
    startScriptUrl: `/assets/${startName}`,
    pushScriptUrl: `/assets/${pushName}`,
    pushWorkerUrl: `/assets/${workerName}`,
    iconUrl: `/assets/${iconName}`,
    contentSecurityPolicy: policyOf(styles, map.origin),
    revision: shortHash(
      Buffer.concat([
        Buffer.from(styles.join('') + map.scriptUrl + map.origin),
        script,
        pushScript,
        pushWorker,
        icon,
      ]),
    ),
    favicon: { body: favicon, contentType: 'image/x-icon' },
    files: new Map<string, AssetFile>([
      ...map.files,
      [scriptName, { body: script, contentType: 'text/javascript; charset=utf-8' }],
      [startName, { body: startScript, contentType: 'text/javascript; charset=utf-8' }],
      [pushName, { body: pushScript, contentType: 'text/javascript; charset=utf-8' }],
      [
        workerName,
        {
          body: pushWorker,
          contentType: 'text/javascript; charset=utf-8',
          policy: "default-src 'none'; img-src 'self'",
          scope: '/track/',
        },
      ],
      [iconName, { body: icon, contentType: 'image/svg+xml' }],
    ]),
  };
}

/** It stands in the page as text; what would have to be escaped there would no longer be CSS. */
function sheet(name: string): string {
  const css = minified(readFileSync(new URL(name, FOLDER), 'utf8'));
  if (/[<&"]/.test(css)) throw new Error(`${name}: < and & cannot stand inside a page`);
  return css;
}

function policyOf(
  sheets: readonly string[],
  mapOrigin: string | null,
): PageAssets['contentSecurityPolicy'] {
  const own = sheets.map(styleSource).join(' ');
  const plain = policy(own, "'self'");
  return (style, { hasMap } = { hasMap: false }) => {
    const sources = hasMap && mapOrigin !== null ? `'self' ${mapOrigin}` : "'self'";
    if (!style || (style.css === null && style.logoUrl === null)) {
      return sources === "'self'" ? plain : policy(own, "'self'", sources);
    }
    const origin = style.logoUrl === null ? null : httpsOrigin(style.logoUrl);
    const images = origin === null ? "'self'" : `'self' ${origin}`;
    return policy(style.css === null ? own : `${own} ${styleSource(style.css)}`, images, sources);
  };
}

function styleSource(css: string): string {
  return `'sha256-${createHash('sha256').update(css).digest('base64')}'`;
}

function policy(styles: string, images: string, sources = "'self'"): string {
  return [
    "default-src 'none'",
    `style-src ${styles}`,
    "script-src 'self'",
    `connect-src ${sources}`,
    `img-src ${images}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** A script without its comments, which stand in lines of their own, and without indentation. */
function bare(name: string): Buffer {
  const lines = readFileSync(new URL(name, FOLDER), 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(\/\/|\/\*\*|\*)/.test(line));
  return Buffer.from(`${lines.join('\n')}\n`);
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
