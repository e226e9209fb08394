import { setTimeout as pause } from 'node:timers/promises';
import { msPerThousand, processorTime } from '../figures/processor-time.ts';
import { atRate } from './at-rate.ts';
import { atOnce, type BenchHub, hire } from './bench-hub.ts';
import { percentiles } from './numbers.ts';
import { seeded, wantedIn } from './town.ts';

const SETTLE_MS_MAX = 120_000;

/** A rate without congestion for timing passes: a tenth of the machine's capacity. */
const CALM_PER_S = 60;

/**
 * Measures automatic assignment end to end in a hub without Redis: every pass of the matcher, with
 * all its reads and writes in PostgreSQL, with `couriers` on shift. First 60 deliveries a second,
 * for `calmS`; then as many deliveries as the machine can handle, reported as a rate.
 */
export async function matchWithoutRedis(
  bench: BenchHub,
  {
    couriers,
    hired,
    deliveries,
    calmS,
  }: Readonly<Record<'couriers' | 'hired' | 'deliveries' | 'calmS', number>>,
) {
  const { callers, shop } = bench;
  await callers.call(shop, 'PUT', '/v1/dispatch/settings', { assign: 'auto' });
  await hire(bench, couriers - hired);
  const random = seeded(6);
  const send = async () => {
    await callers.call(shop, 'POST', '/v1/deliveries', wantedIn(random));
  };
  // This reads couriers for the first time, which `rebuilt` measures.
  await assigned(bench, 1, send);
  const calm = await assigned(bench, CALM_PER_S * calmS, () =>
    atRate({ perS: CALM_PER_S, durationS: calmS }, send),
  );
  const crowded = await assigned(bench, deliveries, () => atOnce(32, deliveries, send));
  return { couriers, calm, ...crowded };
}

/**
 * Requests deliveries, waits until all have their couriers, and returns the figures of these and of
 * the passes meanwhile.
 */
async function assigned(
  { hub, data, client }: BenchHub,
  wanted: number,
  want: () => Promise<void>,
) {
  const before = await passes(hub.url);
  const cpuBefore = processorTime(hub, data);
  const sent = new Date();
  const began = performance.now();
  await want();
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
    per_s: Math.round(wanted / createdS),
    wanted: rows.length,
    assigned: waited.length,
    assigned_after: percentiles(waited),
    processor_ms_per_thousand: msPerThousand(cpuBefore, processorTime(hub, data), wanted),
    ...passTimes(before, await passes(hub.url)),
  };
}

/** Cumulative counts of the matcher's passes by duration in seconds, since its start. */
async function passes(url: URL): Promise<ReadonlyMap<number, number>> {
  const text = await (await fetch(new URL('/metrics', url))).text();
  const found = text.matchAll(/^waybill_match_seconds_bucket\{[^}]*le="([^"]+)"[^}]*\} (\d+)/gm);
  return new Map(
    [...found].map(([, bound, count]) => [
      bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound),
      Number(count),
    ]),
  );
}

/**
 * The times of passes, by the upper bounds of the histogram's buckets: the real figure is that or
 * less.
 */
function passTimes(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>) {
  const counts = [...after]
    .map(([bound, count]) => ({ bound, count: count - (before.get(bound) ?? 0) }))
    .sort((a, b) => a.bound - b.bound);
  const total = counts.at(-1)?.count ?? 0;
  const at = (share: number) =>
    1_000 * (counts.find(({ count }) => count >= total * share)?.bound ?? Number.NaN);
  return { passes: total, pass_p50_ms_at_most: at(0.5), pass_p99_ms_at_most: at(0.99) };
}
