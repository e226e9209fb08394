import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { browserScript } from '../../../platform/browser-script.ts';

/** The console's own style sheet and scripts; their names contain a hash of the content. */
export interface ConsoleAssets {
  readonly styleUrl: string;
  readonly iconUrl: string;
  /** The script of every page: what makes pages quicker to use where scripts run. */
  readonly scriptUrl: string;
  /** Script of the maps: of couriers, and of the dispatch board. */
  readonly mapScriptUrl: string;
  /** Script of the map with external streets. */
  readonly scanMapScriptUrl: string;
  readonly contentSecurityPolicy: string;
  /** By the last segment of the URL. */
  readonly files: ReadonlyMap<string, ConsoleFile>;
}

export interface ConsoleFile {
  /** Asynchronous, because a script may have to be built first. */
  readonly body: () => Promise<Buffer> | Buffer;
  readonly contentType: string;
}

const SHEETS = ['base', 'shell', 'list', 'record', 'pages'];
const SCRIPT_TYPE = 'text/javascript; charset=utf-8';

/**
 * @param path the URL prefix of the files.
 * @param mapOrigin the one external origin that a page's map requests from; null: none.
 */
export function loadConsoleAssets(
  path = '/console/assets',
  mapOrigin: string | null = null,
): ConsoleAssets {
  const own = (name: string) => readFileSync(new URL(`../assets/${name}`, import.meta.url));
  const files = new Map<string, ConsoleFile>();
  const add = (name: string, extension: string, contentType: string, body: Buffer) => {
    const file = `${name}.${shortHash(body)}.${extension}`;
    files.set(file, { body: () => body, contentType });
    return `${path}/${file}`;
  };
  const script = browserScript(new URL('../client/', import.meta.url), 'main');
  files.set(script.fileName, { body: script.read, contentType: SCRIPT_TYPE });
  const style = Buffer.concat(SHEETS.map((name) => own(`${name}.css`)));
  const icon = readFileSync(
    new URL('../../public/tracking/pages/assets/icon.svg', import.meta.url),
  );
  const sources = mapOrigin === null ? "'self'" : `'self' ${mapOrigin}`;
  return {
    scriptUrl: `${path}/${script.fileName}`,
    styleUrl: add('console', 'css', 'text/css; charset=utf-8', style),
    iconUrl: add('icon', 'svg', 'image/svg+xml', icon),
    mapScriptUrl: add('live-map', 'js', SCRIPT_TYPE, own('live-map.js')),
    scanMapScriptUrl: add('scan-map', 'js', SCRIPT_TYPE, own('scan-map.js')),
    contentSecurityPolicy: [
      "default-src 'none'",
      "style-src 'self'",
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
