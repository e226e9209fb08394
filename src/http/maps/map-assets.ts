import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type BrowserScript, browserScript } from '../../platform/browser-script.ts';
import { shippedFile, vendoredFile } from '../../platform/shipped.ts';
import { type BaseLayers, mapStyle, rasterStyle, type Scheme } from './map-style.ts';
import { openTileArchive, type TileArchive } from './tile-archive.ts';

/** The configured source of the maps' streets: a PMTiles file, or a site of the operator's. */
export type MapSetting =
  | { readonly file: string }
  | {
      /** URL of a MapLibre style, or of raster tiles with `{z}`, `{x}` and `{y}`. */
      readonly style: string;
      /** Attribution of raster tiles; a style contains its own. */
      readonly credit: string | null;
    };

/** What a page needs to draw a map. The library is not loaded before there is something to draw. */
export interface MapAssets {
  readonly scriptUrl: string;
  readonly script: BrowserScript;
  readonly libraryUrl: string;
  readonly workerUrl: string;
  readonly styleUrls: Readonly<Record<Scheme, string>>;
  /** The one external origin the map requests from; null: none. */
  readonly origin: string | null;
  readonly files: ReadonlyMap<string, AssetFile>;
  /** Served in parts. */
  readonly archives: readonly TileArchive[];
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

export const SCRIPT = 'text/javascript; charset=utf-8';
const SHIPPED_CREDIT = '© OpenStreetMap contributors';

/**
 * MapLibre as its package ships it, our script, and what they draw, all served by the hub: requests
 * for tiles reveal where each recipient lives, so the map asks no other server unless one is
 * configured. Its own style sheet is not used; the few rules it needs are in `map.css` and in the
 * console's sheet. Review them when MapLibre is updated.
 */
export function loadMapAssets(setting: MapSetting | null): MapAssets {
  const external = setting !== null && 'style' in setting ? setting : null;
  const origin = external === null ? null : new URL(external.style).origin;
  const files = new Map<string, AssetFile>();
  const addFile = (name: string, extension: string, file: AssetFile) => {
    const hashed = `${name}.${shortHash(file.body)}.${extension}`;
    files.set(hashed, file);
    return `/maps/${hashed}`;
  };
  const addStyle = (name: string, style: object) => {
    const body = Buffer.from(JSON.stringify(style));
    return addFile(name, 'json', { body, contentType: 'application/json; charset=utf-8' });
  };
  // The worker fetches tiles under its own policy.
  const policy = `default-src 'none'; script-src 'self'; connect-src 'self'${origin === null ? '' : ` ${origin}`}`;
  const script = browserScript(new URL('./client/', import.meta.url), 'map');
  const scripts = {
    script,
    scriptUrl: `/maps/${script.fileName}`,
    libraryUrl: addFile('maplibre-gl', 'js', {
      body: libraryFile('maplibre-gl'),
      contentType: SCRIPT,
    }),
    workerUrl: addFile('maplibre-gl-worker', 'js', {
      body: libraryFile('maplibre-gl-worker'),
      contentType: SCRIPT,
      policy,
    }),
  };
  if (external !== null) {
    const isRaster = external.style.includes('{z}');
    const url = isRaster
      ? addStyle('map-tiles', rasterStyle(external.style, external.credit))
      : external.style;
    return { ...scripts, styleUrls: { light: url, dark: url }, origin, files, archives: [] };
  }
  const own = setting !== null && 'file' in setting ? setting.file : null;
  const world = openTileArchive(shippedFile('config/maps/world.pmtiles'));
  const streets = openTileArchive(own ?? shippedFile('config/maps/liechtenstein.pmtiles'));
  const labels = readFileSync(shippedFile('config/maps/labels.woff2'));
  const parts = {
    worldUrl: `/maps/${world.fileName}`,
    streetsUrl: `/maps/${streets.fileName}`,
    // Tiles of Protomaps, and of our own builder, are made from OpenStreetMap too.
    credit: SHIPPED_CREDIT,
    labelsUrl: addFile('labels', 'woff2', { body: labels, contentType: 'font/woff2' }),
  };
  const layers: Readonly<Record<Scheme, BaseLayers>> = JSON.parse(
    readFileSync(new URL('./layers.gen.json', import.meta.url), 'utf8'),
  );
  const styleUrls = {
    light: addStyle('map-light', mapStyle(layers.light, parts)),
    dark: addStyle('map-dark', mapStyle(layers.dark, parts)),
  };
  return { ...scripts, styleUrls, origin, files, archives: [world, streets] };
}

/** Read once, because several pages ask for them and they are large. */
const libraryFiles = new Map<string, Buffer>();

function libraryFile(name: string): Buffer {
  const known =
    libraryFiles.get(name) ?? readFileSync(vendoredFile(`maplibre-gl/dist/${name}.mjs`));
  libraryFiles.set(name, known);
  return known;
}

function shortHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12);
}
