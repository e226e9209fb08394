import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The configured source of the map's streets. */
export interface MapSetting {
  /** URL of a MapLibre style, or of raster tiles with `{z}`, `{x}` and `{y}`. */
  readonly style: string;
  /** Attribution below raster tiles; a style contains its own. */
  readonly credit: string | null;
}

/** What a page needs to draw a map. Nothing is loaded before there is something to draw. */
export interface MapAssets {
  readonly scriptUrl: string;
  readonly libraryUrl: string;
  readonly workerUrl: string;
  readonly setting: MapSetting | null;
  /** The one external origin the map requests from; null: none. */
  readonly origin: string | null;
  readonly files: ReadonlyMap<string, AssetFile>;
}

const SCRIPT = 'text/javascript; charset=utf-8';

/**
 * MapLibre as its package ships it, served by the hub: requests for tiles reveal where each
 * recipient lives, so the map asks no other server unless one is configured. Its own style sheet
 * is not used; the few rules it needs are in `map.css`, which the page's policy covers. Review
 * them when MapLibre is updated. A canvas of our own would be a thirtieth of its size, and could
 * not draw the vector tiles of operators who host their own map.
 *
 * @param script our script that uses it.
 */
export function loadMapAssets(script: Buffer, setting: MapSetting | null): MapAssets {
  const origin = setting === null ? null : new URL(setting.style).origin;
  const library = readFileSync(distFile('maplibre-gl.mjs'));
  const worker = readFileSync(distFile('maplibre-gl-worker.mjs'));
  const names = {
    script: `courier.${shortHash(script)}.js`,
    library: `maplibre-gl.${shortHash(library)}.js`,
    worker: `maplibre-gl-worker.${shortHash(worker)}.js`,
  };
  // The worker fetches tiles under its own policy.
  const workerPolicy = `default-src 'none'; script-src 'self'; connect-src 'self'${origin === null ? '' : ` ${origin}`}`;
  return {
    scriptUrl: `/assets/${names.script}`,
    libraryUrl: `/assets/${names.library}`,
    workerUrl: `/assets/${names.worker}`,
    setting,
    origin,
    files: new Map<string, AssetFile>([
      [names.script, { body: script, contentType: SCRIPT }],
      [names.library, { body: library, contentType: SCRIPT }],
      [names.worker, { body: worker, contentType: SCRIPT, policy: workerPolicy }],
    ]),
  };
}

function distFile(name: string): string {
  return createRequire(import.meta.url).resolve(`maplibre-gl/dist/${name}`);
}

function shortHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12);
}

/** A file that pages load, as served. */
export interface AssetFile {
  readonly body: Buffer;
  readonly contentType: string;
  /** Content-Security-Policy of a file that runs on its own, such as a worker. */
  readonly policy?: string;
  /** Scope of a service worker. */
  readonly scope?: string;
}
