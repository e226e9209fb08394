import type { ServerResponse } from 'node:http';
import { STREAM_HEADERS } from '../../../http/kit/event-stream.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { type Live, openStream } from '../../api/live/live.ts';
import type { Area } from '../../api/live/watched-topic.ts';

/** Dependencies of a map's stream. */
export type MapLive = Pick<Live, 'hub' | 'connections' | 'places' | 'timers'>;

/** Couriers on a map, and their tenant. */
export interface CouriersOfTenant {
  readonly tenant: Tenant;
  /** The database ids of couriers. */
  readonly courierIds: ReadonlySet<string>;
}

/** Maximum of streams: tabs of all sessions with one key. */
const STREAMS_OF_KEY_MAX = 24;
/**
 * Maximum of tenants with a stream, because each is watched with a board of positions of its own. A
 * map with more tenants polls.
 */
const TENANTS_WATCHED_MAX = 100;
/** Interval of access checks: a reader who lost access sees at most this much more. */
const MAY_SEE_EVERY_MS = 5_000;

/**
 * Reserves a slot for a stream before the lookup of the map's couriers. Throws `Problem` when none is
 * free.
 * @returns a function that releases it
 */
export function reserveStreamSlot({ places }: Pick<MapLive, 'places'>, keyId: string): () => void {
  return places.take(keyId, STREAMS_OF_KEY_MAX);
}

/** Whether a map with this many tenants, counted per mode, gets a stream. */
export function hasTenantsLeft(tenants: number): boolean {
  return tenants <= TENANTS_WATCHED_MAX;
}

/**
 * Opens a stream of the positions of one map's couriers, as server-sent events `batch`: first all
 * of them within an area, then once a second those that have moved.
 * @param area null: everywhere
 */
export function openMapStream(
  response: ServerResponse,
  live: MapLive,
  {
    couriers,
    area,
    keyId,
    leave,
    maySee,
  }: {
    readonly couriers: readonly CouriersOfTenant[];
    readonly area: Area | null;
    readonly keyId: string;
    /** Releases the stream's slot. */
    readonly leave: () => void;
    readonly maySee: () => Promise<boolean>;
  },
): void {
  const check = async () => {
    if (!(await maySee().catch(() => false))) response.end();
  };
  const endChecks = live.timers.every(MAY_SEE_EVERY_MS, () => void check());
  response.on('close', endChecks);
  response.writeHead(200, STREAM_HEADERS);
  const rooms = couriers.map(({ tenant, courierIds }) => ({
    tenant,
    topics: new Map([['map', { kind: 'area', courierIds, area } as const]]),
  }));
  openStream(response, live, { rooms, keyId, since: null, leave });
}

const DEGREES = /^-?\d{1,3}(?:\.\d{1,12})?$/;

/** Parses an area `south,west,north,east`; null: everywhere, also for an invalid area. Pure. */
export function areaOf(text: string | null): Area | null {
  const parts = (text ?? '').split(',');
  if (parts.length !== 4 || !parts.every((part) => DEGREES.test(part))) return null;
  const [south = 0, west = 0, north = 0, east = 0] = parts.map(Number);
  return { south, west, north, east };
}
