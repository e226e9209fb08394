import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { httpsOrigin } from '../../../../merchants/index.ts';
import { messagesIn } from '../../../../platform/messages/catalogue.ts';
import { LANGUAGES } from '../../../../platform/messages/languages.ts';
import { FONT_CSS } from '../../../console/kit/assets.ts';
import {
  type AssetFile,
  loadMapAssets,
  type MapAssets,
  type MapSetting,
} from '../../../maps/map-assets.ts';
import type { BrandStyle } from './brand-style.ts';

/**
 * The font of the console, for pages that are no merchant's; forms, lists and notices; the personal
 * link's panel; the courier's map; the start page.
 */
export type Sheet = 'font' | 'forms' | 'panel' | 'map' | 'start';

/**
 * Files and styles that pages use. File names contain a hash, so caches may store them for ever.
 */
export interface PageAssets {
  /** The style sheet to inline in the page, which saves a round trip before the first paint. */
  readonly css: string;
  readonly scriptUrl: string;
  /** Script of the start page. */
  readonly startScriptUrl: string;
  /** The script that offers push notifications, and the service worker that shows them. */
  readonly pushScriptUrl: string;
  readonly pushWorkerUrl: string;
  /** The lookup widget for other sites; its URL has no hash. */
  readonly widget: Buffer;
  readonly iconUrl: string;
  /** The same icon for clients that request /favicon.ico regardless of the page. */
  readonly favicon: AssetFile;
  /** Style sheets that only some pages need, inlined after the common one. */
  readonly sheets: Readonly<Record<Sheet, string>>;
  readonly map: MapAssets;
  /**
   * Content-Security-Policy of a page: our style sheets, script and images, the merchant's colour
   * and its logo's origin, nothing else. With a map, also the origin of its tiles.
   */
  contentSecurityPolicy(
    style?: Pick<BrandStyle, 'css' | 'logoUrl'> | null,
    options?: { readonly hasMap: boolean },
  ): string;
  /** A hash of everything here: it changes when pages would look different. */
  readonly revision: string;
  /** By the last segment of the URL. */
  readonly files: ReadonlyMap<string, AssetFile>;
}

const FOLDER = new URL('./assets/', import.meta.url);

export function loadPageAssets(mapSetting: MapSetting | null = null): PageAssets {
  const css = readSheet('page.css');
  const sheets = {
    font: minified(FONT_CSS),
    forms: readSheet('forms.css'),
    panel: readSheet('panel.css'),
    map: readSheet('map.css'),
    start: readSheet('start.css'),
  };
  const styles = [css, ...Object.values(sheets)];
  const script = withoutComments('live.js');
  const startScript = withoutComments('start.js');
  const pushScript = withoutComments('push.js');
  const pushWorker = withoutComments('push-worker.js');
  const pushName = `push.${shortHash(pushScript)}.js`;
  const workerName = `push-worker.${shortHash(pushWorker)}.js`;
  const map = loadMapAssets(mapSetting);
  const icon = readFileSync(new URL('icon.svg', FOLDER));
  const favicon = readFileSync(new URL('favicon.ico', FOLDER));
  const scriptName = `live.${shortHash(script)}.js`;
  const startName = `start.${shortHash(startScript)}.js`;
  const iconName = `icon.${shortHash(icon)}.svg`;
  return {
    css,
    sheets,
    map,
    widget: widgetScript(),
    scriptUrl: `/assets/${scriptName}`,
    startScriptUrl: `/assets/${startName}`,
    pushScriptUrl: `/assets/${pushName}`,
    pushWorkerUrl: `/assets/${workerName}`,
    iconUrl: `/assets/${iconName}`,
    contentSecurityPolicy: createPolicy(styles, map.origin),
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

/**
 * Reads a style sheet to inline in pages; throws for characters that HTML would have to escape.
 */
function readSheet(name: string): string {
  const css = minified(readFileSync(new URL(name, FOLDER), 'utf8'));
  if (/[<&"]/.test(css)) throw new Error(`${name}: < and & cannot stand inside a page`);
  return css;
}

function createPolicy(
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
    "font-src 'self'",
    "script-src 'self'",
    `connect-src ${sources}`,
    `img-src ${images}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The script of the widget, with the texts of every language. */
function widgetScript(): Buffer {
  const texts = LANGUAGES.map((language) => {
    const { number, order, widget_submit: submit } = messagesIn(language).trackingPage.find;
    return [language, [number, order, submit]] as const;
  });
  const filled = JSON.stringify(Object.fromEntries(texts));
  const script = withoutComments('widget.js').toString('utf8');
  return Buffer.from(script.replace('const TEXTS = {};', () => `const TEXTS = ${filled};`));
}

/** Reads a script without its comments and indentation. */
function withoutComments(name: string): Buffer {
  const lines = readFileSync(new URL(name, FOLDER), 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(\/\/|\/\*\*|\*)/.test(line));
  return Buffer.from(`${lines.join('\n')}\n`);
}

/** Removes comments and needless white space. */
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
