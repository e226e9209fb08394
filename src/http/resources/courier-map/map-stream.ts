import type { ServerResponse } from 'node:http';
import type { Tenant } from '../../../kernel/tenant.ts';
import { STREAM_HEADERS } from '../../kit/event-stream.ts';
import type { Area } from '../live/area-topic.ts';
import type { Live } from '../live/live.ts';
import { openStream } from '../live/stream-client.ts';

/** What the stream of a map is opened from. */
export type MapLive = Pick<Live, 'hub' | 'connections' | 'places' | 'timers'>;

/** Couriers on a map, and whose they are. */
export interface OfTenant {
  readonly tenant: Tenant;
  /** By the database's id. */
  readonly courierIds: ReadonlySet<string>;
}

/** Tabs of all who are signed in with one key. */
const STREAMS_OF_KEY_MAX = 24;
/** Each is watched by itself, with its own board of places; a map of more asks again and again. */
const TENANTS_WATCHED_MAX = 100;
/** Whoever may see it no more sees it for so long at most. */
const MAY_SEE_EVERY_MS = 5_000;

/** Before it is asked whose couriers a map shows. Throws `Problem` where there are too many. @returns gives it back */
export function takeMapPlace({ places }: Pick<MapLive, 'places'>, keyId: string): () => void {
  return places.take(keyId, STREAMS_OF_KEY_MAX);
}

/** Whether a map of couriers of so many tenants, of each mode, is told as they move. */
export function hasTenantsLeft(tenants: number): boolean {
  return tenants <= TENANTS_WATCHED_MAX;
}

/**
 * Where couriers are, for one map, as server-sent events `batch`: first all of them within an area, then once a second
 * who has moved.
 *
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
    readonly couriers: readonly OfTenant[];
    readonly area: Area | null;
    readonly keyId: string;
    /** Gives its place back. */
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

/** `south,west,north,east`; null: everywhere, also for what is no area. Pure. */
export function areaOf(text: string | null): Area | null {
  const parts = (text ?? '').split(',');
  if (parts.length !== 4 || !parts.every((part) => DEGREES.test(part))) return null;
  const [south = 0, west = 0, north = 0, east = 0] = parts.map(Number);
  return { south, west, north, east };
}
