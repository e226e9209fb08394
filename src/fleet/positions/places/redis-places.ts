import type { Mode, Tenant } from '../../../kernel/tenant.ts';
import {
  openRedisClient,
  type RedisAddress,
  type RedisClient,
} from '../../../platform/redis/client.ts';
import type { Position } from '../intake/position.ts';
import { judgeFix, NOWHERE, type ShownPlace, type Verdict } from '../judge-fix.ts';
import type {
  CourierPlace,
  NearbyPlace,
  PlaceStore,
  Reported,
  ShownSubscriber,
} from './place-store.ts';

interface RedisPlacesOptions {
  readonly address: RedisAddress;
  /** Distinguishes hubs that share a server. */
  readonly namespace: string;
  readonly onError: (error: Error) => void;
}

const RECONNECT_MS_MAX = 2_000;
const COMMAND_MS_MAX = 2_000;
/**
 * Places restored at once. Few, because couriers' positions come in between, and this process
 * writes one after the other.
 */
const RESTORED_AT_ONCE = 50;
/** Maximum number of waiting requests; without Redis each waits for seconds. */
const WAITING_MAX = 64;

/** Opens a store of places in Redis, shared by processes. It includes the judge's state. */
export function openRedisPlaces({ address, namespace, onError }: RedisPlacesOptions): PlaceStore {
  const redis = openRedisClient(address, {
    maxRetriesPerRequest: 1,
    commandTimeout: COMMAND_MS_MAX,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), RECONNECT_MS_MAX),
  });
  redis.on('error', onError);
  const subscribers = new Set<ShownSubscriber>();
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
    publish(shown) {
      for (const subscriber of subscribers) subscriber.places(shown);
    },
  });

  const inTurn = createTurns(redis);

  async function read(tenant: Tenant, ids: readonly string[]): Promise<CourierPlace[]> {
    if (ids.length === 0) return [];
    const texts = await redis.hmget(keysOf(tenant).places, ...ids);
    return ids.flatMap((courierId, index) => {
      const { place } = readStored(texts[index] ?? '');
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
      return tenants.flatMap((tenant, index) =>
        (ids[index] ?? []).map((courierId) => ({ courierId, tenant })),
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
    onShown(subscriber) {
      subscribers.add(subscriber);
      return () => subscribers.delete(subscriber);
    },
    async close() {
      redis.disconnect();
    },
  };
}

/**
 * Creates a function that runs work one after the other, so that this process's own writes never
 * cause a retry. It rejects immediately if that would take too long, unless the work is patient.
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

/** Whether the connection was lost. A first connection is waited for. */
function isAway({ status }: RedisClient): boolean {
  return status === 'close' || status === 'reconnecting' || status === 'end';
}

function tenantOf(text: string): Tenant {
  const [merchantId = '', mode] = text.split(' ');
  return { merchantId, mode: mode as Mode };
}

/** A courier's state as stored in Redis. */
interface Stored {
  readonly state: ShownPlace;
  readonly place: { readonly position: Position; readonly receivedAtMs: number } | null;
}

const EMPTY: Stored = { state: NOWHERE, place: null };
/** The highest latitude that GEOADD accepts; nobody delivers there. */
const GEO_LAT_MAX = 85.05;
/**
 * How often positions are judged again after a conflict. Another process rarely judges the same
 * courier at the same moment, so this suffices.
 */
const TRIES_MAX = 8;
/**
 * Writes couriers' new state, unless another process wrote in between: then it returns 0 and the
 * caller judges again. KEYS: places, geo, tenants. ARGV: the tenant, then five for each courier:
 * id, the state read, the new state, lng and lat ('' if the place does not change).
 */
const WRITE_SCRIPT = `
for i = 2, #ARGV, 5 do
  local stored = redis.call('hget', KEYS[1], ARGV[i]) or ''
  if stored ~= ARGV[i + 1] then return 0 end
end
for i = 2, #ARGV, 5 do
  redis.call('hset', KEYS[1], ARGV[i], ARGV[i + 2])
  if ARGV[i + 3] ~= '' then redis.call('geoadd', KEYS[2], ARGV[i + 3], ARGV[i + 4], ARGV[i]) end
end
return 1`;

/** A position to judge; a restored one says when it arrived, others arrive now. */
type Arrived = Reported & Partial<Pick<CourierPlace, 'receivedAtMs'>>;

interface RedisJudgeDeps {
  readonly redis: RedisClient;
  readonly keysOf: (tenant: Tenant) => { readonly places: string; readonly geo: string };
  /** The key of the set of tenants that have places. */
  readonly tenantsKey: string;
  readonly publish: (shown: readonly CourierPlace[]) => void;
}

/** Judges positions by the state in Redis, and writes the result. */
function createRedisJudge({ redis, keysOf, tenantsKey, publish }: RedisJudgeDeps) {
  /** Judges positions once; null: another process wrote meanwhile, and nothing is stored. */
  async function judgeOnce(
    tenant: Tenant,
    reported: readonly Arrived[],
    nowMs: number,
  ): Promise<readonly Verdict[] | null> {
    const { places, geo } = keysOf(tenant);
    const ids = [...new Set(reported.map(({ courierId }) => courierId))];
    const texts = await redis.hmget(places, ...ids);
    const before = new Map(ids.map((id, index) => [id, texts[index] ?? '']));
    const after = new Map<string, Stored>(ids.map((id) => [id, readStored(before.get(id) ?? '')]));
    const shown = new Map<string, CourierPlace>();
    const verdicts = reported.map(({ courierId, position, receivedAtMs = nowMs }) => {
      const known = after.get(courierId) ?? EMPTY;
      const { verdict, place: state } = judgeFix(known.state, position);
      const isShown = verdict === 'shown';
      const place = isShown ? { position, receivedAtMs } : known.place;
      after.set(courierId, { state, place });
      if (isShown) shown.set(courierId, { courierId, tenant, position, receivedAtMs });
      return verdict;
    });
    const args = ids.flatMap((id) => {
      const at = shown.get(id)?.position;
      const isOnMap = at !== undefined && Math.abs(at.lat) <= GEO_LAT_MAX;
      const text = JSON.stringify(after.get(id));
      return [id, before.get(id) ?? '', text, ...(isOnMap ? [at.lng, at.lat] : ['', ''])];
    });
    const written = await redis.eval(WRITE_SCRIPT, 2, places, geo, tenantText(tenant), ...args);
    if (written !== 1) return null;
    if (shown.size > 0) publish([...shown.values()]);
    return verdicts;
  }

  async function judge(
    tenant: Tenant,
    reported: readonly Arrived[],
    nowMs: number,
  ): Promise<readonly Verdict[]> {
    await redis.sadd(tenantsKey, tenantText(tenant));
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const verdicts = await judgeOnce(tenant, reported, nowMs);
      if (verdicts !== null) return verdicts;
    }
    throw new Error('places of couriers change faster than they can be judged');
  }

  return async function take(
    reported: readonly Arrived[],
    nowMs: number,
  ): Promise<readonly Verdict[]> {
    const verdicts = new Array<Verdict>(reported.length);
    const byTenant = new Map<string, number[]>();
    for (const [index, { tenant }] of reported.entries()) {
      const key = tenantText(tenant);
      byTenant.set(key, [...(byTenant.get(key) ?? []), index]);
    }
    for (const indexes of byTenant.values()) {
      const own = indexes.map((index) => reported[index] as Arrived);
      const judged = await judge((own[0] as Arrived).tenant, own, nowMs);
      for (const [i, index] of indexes.entries()) verdicts[index] = judged[i] as Verdict;
    }
    return verdicts;
  };
}

function readStored(text: string): Stored {
  return text === '' ? EMPTY : (JSON.parse(text) as Stored);
}

function tenantText({ merchantId, mode }: Tenant): string {
  return `${merchantId} ${mode}`;
}
