import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The consoles' own style sheet and scripts; their names contain a hash of the content. */
export interface ConsoleAssets {
  readonly styleUrl: string;
  readonly iconUrl: string;
  /** Script of the maps: of couriers, and of the dispatch board. */
  readonly mapScriptUrl: string;
  /** Script of the desk: enhancements where scripts run. */
  readonly deskScriptUrl: string;
  /** Script of the map with external streets. */
  readonly scanMapScriptUrl: string;
  readonly contentSecurityPolicy: string;
  /** For a page that runs our own script and refetches itself. */
  readonly scriptedPolicy: string;
  /** By the last segment of the URL. */
  readonly files: ReadonlyMap<string, { readonly body: Buffer; readonly contentType: string }>;
}

const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
];

/**
 * @param path the URL prefix of the files.
 * @param mapOrigin the one external origin that a page's map requests from; null: none.
 */
export function loadConsoleAssets(
  path = '/ops/assets',
  mapOrigin: string | null = null,
): ConsoleAssets {
  const style = readFileSync(new URL('./assets/ops.css', import.meta.url));
  const script = readFileSync(new URL('./assets/live-map.js', import.meta.url));
  const deskScript = readFileSync(new URL('./assets/desk.js', import.meta.url));
  const scanMap = readFileSync(new URL('./assets/scan-map.js', import.meta.url));
  const icon = readFileSync(
    new URL('../../public/tracking/pages/assets/icon.svg', import.meta.url),
  );
  const styleName = `ops.${shortHash(style)}.css`;
  const iconName = `icon.${shortHash(icon)}.svg`;
  const scriptName = `live-map.${shortHash(script)}.js`;
  const deskName = `desk.${shortHash(deskScript)}.js`;
  const scanMapName = `scan-map.${shortHash(scanMap)}.js`;
  const sources = mapOrigin === null ? "'self'" : `'self' ${mapOrigin}`;
  return {
    deskScriptUrl: `${path}/${deskName}`,
    scanMapScriptUrl: `${path}/${scanMapName}`,
    mapScriptUrl: `${path}/${scriptName}`,
    styleUrl: `${path}/${styleName}`,
    iconUrl: `${path}/${iconName}`,
    contentSecurityPolicy: POLICY.join('; '),
    scriptedPolicy: [...POLICY, "script-src 'self'", `connect-src ${sources}`].join('; '),
    files: new Map([
      [scriptName, { body: script, contentType: 'text/javascript; charset=utf-8' }],
      [scanMapName, { body: scanMap, contentType: 'text/javascript; charset=utf-8' }],
      [deskName, { body: deskScript, contentType: 'text/javascript; charset=utf-8' }],
      [styleName, { body: style, contentType: 'text/css; charset=utf-8' }],
      [iconName, { body: icon, contentType: 'image/svg+xml' }],
    ]),
  };
}

function shortHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12);
}
