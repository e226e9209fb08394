import type { GeocoderSetting, RoadEngineSetting } from './values.ts';

/** The settings that begin with `ROADS_`. */
interface RoadValues {
  readonly ROADS_ENGINE: RoadEngineSetting | null;
  readonly ROADS_URL: string | null;
  readonly ROADS_TIMEOUT_MS: number;
}

/** A server that computes drive times on streets. */
export interface RoadServer {
  readonly engine: RoadEngineSetting;
  /** Without a slash at the end. */
  readonly url: string;
  readonly timeoutMs: number;
}

/** Returns the routing server of the settings; null: only our own drives are used. */
export function roadServerOf(values: RoadValues): RoadServer | null {
  const { ROADS_ENGINE: engine, ROADS_URL: url, ROADS_TIMEOUT_MS: timeoutMs } = values;
  return engine === null || url === null ? null : { engine, url, timeoutMs };
}

interface Fault {
  readonly setting: string;
  readonly found: string;
  readonly expected: string;
}

/** Checks settings that make no sense without each other. */
export function roadFaults(given: ReadonlyMap<string, string>): Fault[] {
  const pairs = [
    ['ROADS_ENGINE', 'ROADS_URL'],
    ['GEO_ENGINE', 'GEO_URL'],
  ] as const;
  return pairs.flatMap(([engine, url]) => {
    if (given.has(engine) === given.has(url)) return [];
    const [missing, present] = given.has(engine) ? [url, engine] : [engine, url];
    return [{ setting: missing, expected: `expected both this and ${present}`, found: 'one' }];
  });
}

/** The settings that begin with `GEO_`. */
interface GeocodingValues {
  readonly GEO_ENGINE: GeocoderSetting | null;
  readonly GEO_URL: string | null;
}

/** A server that finds addresses. */
export interface GeocodingServer {
  readonly engine: GeocoderSetting;
  /** Without a slash at the end. */
  readonly url: string;
  readonly timeoutMs: number;
}

/** Generous, because it is called in the background and nobody waits for it. */
const TIMEOUT_MS = 10_000;

/** Returns the geocoding server of the settings; null: no server is called. */
export function geocodingServerOf(values: GeocodingValues): GeocodingServer | null {
  const { GEO_ENGINE: engine, GEO_URL: url } = values;
  return engine === null || url === null ? null : { engine, url, timeoutMs: TIMEOUT_MS };
}

/** The settings that begin with `WAYBILL_MAP`. */
interface MapValues {
  readonly WAYBILL_MAP: string | null;
  readonly WAYBILL_MAP_STYLE: string | null;
  readonly WAYBILL_MAP_CREDIT: string | null;
}

/** Where the streets on maps come from: a file with all tiles, or a site. */
export type MapSource =
  | { readonly file: string }
  | { readonly style: string; readonly credit: string | null };

/** Returns the source of the maps' streets; null: none is configured. */
export function mapOf(values: MapValues): MapSource | null {
  const { WAYBILL_MAP: file, WAYBILL_MAP_STYLE: style, WAYBILL_MAP_CREDIT: credit } = values;
  if (file !== null) return { file };
  return style === null ? null : { style, credit };
}

/** Only one source of streets can be used. */
export function mapFaults(given: ReadonlyMap<string, string>): Fault[] {
  if (!given.has('WAYBILL_MAP') || !given.has('WAYBILL_MAP_STYLE')) return [];
  const expected = 'expected either this or WAYBILL_MAP_STYLE, not both';
  return [{ setting: 'WAYBILL_MAP', expected, found: 'both' }];
}
