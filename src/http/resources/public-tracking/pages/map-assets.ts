import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AssetFile } from './asset-file.ts';

/** Whose streets pages show, as somebody has set it. */
export interface MapSetting {
  /** Of a MapLibre style, or of raster tiles with `{z}`, `{x}` and `{y}`. */
  readonly style: string;
  /** What is said below raster tiles; a style says it itself. */
  readonly credit: string | null;
}

/** What a page needs to draw a map. Nothing of it is loaded before there is something to draw. */
export interface MapAssets {
  readonly scriptUrl: string;
  readonly libraryUrl: string;
  readonly workerUrl: string;
  readonly setting: MapSetting | null;
  /** The one other site that the map asks; null: none. */
  readonly origin: string | null;
  readonly files: ReadonlyMap<string, AssetFile>;
}

const SCRIPT = 'text/javascript; charset=utf-8';

/**
 * MapLibre as its package ships it, served by ourselves: tiles tell their server where each recipient lives,
 * so nobody else is asked unless somebody has set whom. Its own style sheet is not used; the few rules
 * it needs stand in `map.css`, which is part of the page's policy, and are to be looked at when it is updated.
 * A canvas of ours would be a thirtieth of its size, and could not draw the vector tiles that those have who host
 * streets themselves.
 *
 * @param script ours, which uses it.
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
  // The worker fetches tiles, under a policy of its own.
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
