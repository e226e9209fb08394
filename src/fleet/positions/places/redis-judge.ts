import type { Tenant } from '../../../kernel/tenant.ts';
import type { RedisClient } from '../../../platform/redis/client.ts';
import type { Position } from '../intake/position.ts';
import { judgeFix, NOWHERE, type ShownPlace, type Verdict } from '../judge-fix.ts';
import type { CourierPlace, Reported } from './place-store.ts';

/** A courier's stored state. */
export interface Stored {
  readonly state: ShownPlace;
  readonly place: { readonly position: Position; readonly receivedAtMs: number } | null;
}

const EMPTY: Stored = { state: NOWHERE, place: null };
/** GEOADD accepts no higher latitude; nobody delivers there. */
const GEO_LAT_MAX = 85.05;
/** Another process rarely judges the same courier at the same moment; this many tries suffice. */
const TRIES_MAX = 8;
/**
 * Writes couriers' new state, unless another process wrote in between: then it returns 0 and the
 * caller judges again. KEYS: places, geo, tenants. ARGV: the tenant, then five for each courier:
 * id, the state read, the new state, lng and lat ('' if the place does not change).
 */
const WRITE = `
for i = 2, #ARGV, 5 do
  local there = redis.call('hget', KEYS[1], ARGV[i]) or ''
  if there ~= ARGV[i + 1] then return 0 end
end
for i = 2, #ARGV, 5 do
  redis.call('hset', KEYS[1], ARGV[i], ARGV[i + 2])
  if ARGV[i + 3] ~= '' then redis.call('geoadd', KEYS[2], ARGV[i + 3], ARGV[i + 4], ARGV[i]) end
end
return 1`;

export interface RedisJudgeDeps {
  readonly redis: RedisClient;
  readonly keysOf: (tenant: Tenant) => { readonly places: string; readonly geo: string };
  /** The list of tenants that have places. */
  readonly tenantsKey: string;
  readonly tell: (shown: readonly CourierPlace[]) => void;
}

/** Judges positions by the state in Redis, and writes the result. */
export function createRedisJudge({ redis, keysOf, tenantsKey, tell }: RedisJudgeDeps) {
  async function judgeOnce(
    tenant: Tenant,
    reported: readonly Reported[],
    nowMs: number,
  ): Promise<readonly Verdict[] | null> {
    const { places, geo } = keysOf(tenant);
    const ids = [...new Set(reported.map(({ courierId }) => courierId))];
    const texts = await redis.hmget(places, ...ids);
    const before = new Map(ids.map((id, nr) => [id, texts[nr] ?? '']));
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
    const written = await redis.eval(WRITE, 2, places, geo, tenantText(tenant), ...args);
    if (written !== 1) return null;
    if (shown.size > 0) tell([...shown.values()]);
    return verdicts;
  }

  async function judge(
    tenant: Tenant,
    reported: readonly Reported[],
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
    reported: readonly Reported[],
    nowMs: number,
  ): Promise<readonly Verdict[]> {
    const verdicts = new Array<Verdict>(reported.length);
    const byTenant = new Map<string, number[]>();
    for (const [index, { tenant }] of reported.entries()) {
      const key = tenantText(tenant);
      byTenant.set(key, [...(byTenant.get(key) ?? []), index]);
    }
    for (const indexes of byTenant.values()) {
      const own = indexes.map((index) => reported[index] as Reported);
      const judged = await judge((own[0] as Reported).tenant, own, nowMs);
      for (const [nr, index] of indexes.entries()) verdicts[index] = judged[nr] as Verdict;
    }
    return verdicts;
  };
}

export function readStored(text: string): Stored {
  return text === '' ? EMPTY : (JSON.parse(text) as Stored);
}

function tenantText({ merchantId, mode }: Tenant): string {
  return `${merchantId} ${mode}`;
}
