import type { Mode, Tenant } from '../../../kernel/tenant.ts';
import {
  openRedisClient,
  type RedisAddress,
  type RedisClient,
} from '../../../platform/redis/client.ts';
import type { CourierPlace, HearShown, NearbyPlace, PlaceStore } from './place-store.ts';
import { createRedisJudge, readStored } from './redis-judge.ts';

export interface RedisPlacesOptions {
  readonly address: RedisAddress;
  /** Separates hubs that share a server. */
  readonly namespace: string;
  readonly onError: (error: Error) => void;
}

const RECONNECT_MS_MAX = 2_000;
const COMMAND_MS_MAX = 2_000;
/** Few: couriers' positions come in between, and this process writes one after the other. */
const RESTORED_AT_ONCE = 50;
/** Maximum number of waiting requests; without Redis each waits for seconds. */
const WAITING_MAX = 64;

/** Places in Redis, shared by processes, including the judge's state. */
export function openRedisPlaces({ address, namespace, onError }: RedisPlacesOptions): PlaceStore {
  const redis = openRedisClient(address, {
    maxRetriesPerRequest: 1,
    commandTimeout: COMMAND_MS_MAX,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), RECONNECT_MS_MAX),
  });
  redis.on('error', onError);
  const hears = new Set<HearShown>();
  const base = `waybill-${namespace}`;
  const tenantsKey = `${base}:place-tenants`;
  // Braces: in a cluster both keys of a tenant are on one server.
  const keysOf = ({ merchantId, mode }: Tenant) => {
    const prefix = `${base}:{${merchantId}:${mode}}`;
    return { places: `${prefix}:places`, geo: `${prefix}:geo` };
  };
  const take = createRedisJudge({
    redis,
    keysOf,
    tenantsKey,
    tell(shown) {
      for (const hear of hears) hear.places(shown);
    },
  });

  const inTurn = createTurns(redis);

  async function read(tenant: Tenant, ids: readonly string[]): Promise<CourierPlace[]> {
    if (ids.length === 0) return [];
    const texts = await redis.hmget(keysOf(tenant).places, ...ids);
    return ids.flatMap((courierId, nr) => {
      const { place } = readStored(texts[nr] ?? '');
      return place === null ? [] : [{ courierId, tenant, ...place }];
    });
  }

  return {
    isShared: true,
    here: null,
    take(reported, nowMs) {
      if (reported.length === 0) return [];
      return inTurn(() => take(reported, nowMs));
    },
    async find(tenant, courierIds) {
      const found = await read(tenant, courierIds);
      return new Map(found.map((place) => [place.courierId, place]));
    },
    async near(tenant, { lat, lng }, { radiusM, limit }) {
      const found = (await redis.call(
        'GEOSEARCH',
        ...[keysOf(tenant).geo, 'FROMLONLAT', lng, lat, 'BYRADIUS', radiusM, 'm', 'ASC'],
        ...['COUNT', limit, 'WITHDIST'],
      )) as [string, string][];
      const distances = new Map(found.map(([id, metres]) => [id, Number(metres)]));
      const places = await read(tenant, [...distances.keys()]);
      return places.map(
        (place): NearbyPlace => ({ ...place, distanceM: distances.get(place.courierId) ?? 0 }),
      );
    },
    async all(tenant) {
      const texts = await redis.hgetall(keysOf(tenant).places);
      return Object.entries(texts).flatMap(([courierId, text]) => {
        const { place } = readStored(text);
        return place === null ? [] : [{ courierId, tenant, ...place }];
      });
    },
    async couriers() {
      const tenants = (await redis.smembers(tenantsKey)).map(tenantOf);
      const ids = await Promise.all(tenants.map((tenant) => redis.hkeys(keysOf(tenant).places)));
      return tenants.flatMap((tenant, nr) =>
        (ids[nr] ?? []).map((courierId) => ({ courierId, tenant })),
      );
    },
    async drop({ tenant, courierId }) {
      const { places, geo } = keysOf(tenant);
      await redis.multi().hdel(places, courierId).zrem(geo, courierId).exec();
    },
    async restore(places, isLast = true) {
      for (let from = 0; from < places.length; from += RESTORED_AT_ONCE) {
        const some = places.slice(from, from + RESTORED_AT_ONCE);
        await inTurn(() => take(some, 0), true);
      }
      if (isLast) await redis.set(`${tenantsKey}:there`, '1');
    },
    isEmpty: async () => (await redis.exists(`${tenantsKey}:there`)) === 0,
    onShown(hear) {
      hears.add(hear);
      return () => hears.delete(hear);
    },
    async close() {
      redis.disconnect();
    },
  };
}

/**
 * Serializes work: then this process's own writes never cause a retry. Rejects immediately if that
 * would take too long, unless it is patient.
 */
function createTurns(
  redis: RedisClient,
): <T>(work: () => Promise<T>, isPatient?: boolean) => Promise<T> {
  let turn: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return async (work, isPatient = false) => {
    if ((waiting >= WAITING_MAX && !isPatient) || isAway(redis)) {
      throw new Error('Redis does not answer, or too many wait for it');
    }
    waiting += 1;
    const done = turn.then(work);
    turn = done
      .catch(() => {})
      .then(() => {
        waiting -= 1;
      });
    return done;
  };
}

/** Its connection was lost; a first connection is waited for. */
function isAway({ status }: RedisClient): boolean {
  return status === 'close' || status === 'reconnecting' || status === 'end';
}

function tenantOf(text: string): Tenant {
  const [merchantId = '', mode] = text.split(' ');
  return { merchantId, mode: mode as Mode };
}
