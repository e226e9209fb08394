import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { atOnce, type BenchHub } from './bench-hub.ts';
import { percentiles } from './numbers.ts';
import { anywhere, seeded, wantedIn, wire } from './town.ts';

const SETTLE_MS_MAX = 120_000;
const PLACES_MAX = 500;

/**
 * The whole way of automatic assignment in a hub without Redis: every look of the matcher, with all that it
 * reads from and writes to PostgreSQL, where `couriers` are on shift. As many deliveries come as the machine
 * takes; how many there were a second is told.
 */
export async function matchWithoutRedis(
  { hub, client, callers, shop, phone }: BenchHub,
  { couriers, deliveries }: { readonly couriers: number; readonly deliveries: number },
) {
  await callers.call(shop, 'PUT', '/v1/dispatch/settings', { assign: 'auto' });
  const ids = await manyCouriers(client, couriers);
  const random = seeded(6);
  const ts = new Date().toISOString();
  for (let from = 0; from < ids.length; from += PLACES_MAX) {
    const places = ids
      .slice(from, from + PLACES_MAX)
      .map((id) => ({ courier_id: id, ts, ...anywhere(random) }));
    await callers.call(phone(from), 'POST', '/v1/positions', places);
  }
  const before = await looks(hub.url);
  const sent = new Date();
  const began = performance.now();
  await atOnce(32, deliveries, async () => {
    await callers.call(shop, 'POST', '/v1/deliveries', wantedIn(random));
  });
  const createdS = (performance.now() - began) / 1_000;
  const deadline = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    const { rows } = await client.query(`select 1 from deliveries where state = 'open' limit 1`);
    if (rows.length === 0 || performance.now() > deadline) break;
    await pause(200);
  }
  const { rows } = await client.query<{ ms: number | null }>(
    `select extract(epoch from assigned_at - created_at)::float8 * 1000 as ms
     from deliveries where created_at >= $1`,
    [sent],
  );
  const waited = rows.flatMap(({ ms }) => (ms === null ? [] : [ms]));
  return {
    ...{ couriers, per_s: Math.round(deliveries / createdS) },
    ...{ wanted: rows.length, assigned: waited.length },
    assigned_after: percentiles(waited),
    ...lookTimes(before, await looks(hub.url)),
  };
}

/** How many looks took no longer than so many seconds, of the matcher since it was started. */
async function looks(url: URL): Promise<ReadonlyMap<number, number>> {
  const text = await (await fetch(new URL('/metrics', url))).text();
  const found = text.matchAll(/^waybill_match_seconds_bucket\{[^}]*le="([^"]+)"[^}]*\} (\d+)/gm);
  return new Map(
    [...found].map(([, bound, count]) => [
      bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound),
      Number(count),
    ]),
  );
}

/** By the upper bounds of the histogram's buckets: the figure is that or less. */
function lookTimes(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>) {
  const counts = [...after]
    .map(([bound, count]) => ({ bound, count: count - (before.get(bound) ?? 0) }))
    .sort((a, b) => a.bound - b.bound);
  const total = counts.at(-1)?.count ?? 0;
  const at = (share: number) =>
    1_000 * (counts.find(({ count }) => count >= total * share)?.bound ?? Number.NaN);
  return { looks: total, look_p50_ms_at_most: at(0.5), look_p99_ms_at_most: at(0.99) };
}

/**
 * As many couriers on shift, copied in the database from one who was hired: nobody is to wait for 20,000
 * requests. The matcher reads nothing of them that is sealed.
 */
async function manyCouriers(client: Client, count: number): Promise<readonly string[]> {
  // The hub is to hear of each, as of any other.
  await client.query('set session_replication_role = origin');
  await client.query(
    `insert into couriers
     select (jsonb_populate_record(one, jsonb_build_object('id', gen_random_uuid()))).*
     from couriers one, generate_series(1, $1 - (select count(*)::int from couriers where on_shift))
     where one.id = (select id from couriers where on_shift limit 1)`,
    [count],
  );
  await client.query('set session_replication_role = replica');
  const { rows } = await client.query<{ id: string }>('select id from couriers where on_shift');
  return rows.map(({ id }) => wire('cou', id));
}
