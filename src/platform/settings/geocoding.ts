import type { GeocoderSetting } from './values.ts';

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
