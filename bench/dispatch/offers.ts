import { setTimeout as pause } from 'node:timers/promises';
import { msPerThousand, processorTime } from '../figures/processor-time.ts';
import { atRate } from './at-rate.ts';
import type { BenchHub } from './bench-hub.ts';
import { percentiles, rounded } from './numbers.ts';
import { startPeople } from './people.ts';
import { seeded, wantedIn, wire } from './town.ts';

const SETTLE_MS_MAX = 60_000;

/**
 * Creates this many deliveries a second, each when it is due however long the others take, for
 * couriers who get offers and answer like people. Counts requests that had to wait, and how long
 * creation took.
 */
export async function offers(
  { client, callers, shop, fromPhone, hub, data }: BenchHub,
  { perS, durationS }: { readonly perS: number; readonly durationS: number },
) {
  const random = seeded(4);
  const before = callers.waits();
  const cpuBefore = processorTime(hub, data);
  const people = startPeople(client, async (shipmentId, courierId, verdict) => {
    const path = `/v1/deliveries/${wire('del', shipmentId)}/${verdict}`;
    return (await fromPhone(courierId, path, { courier_id: wire('cou', courierId) })).status;
  });
  const createdMs: number[] = [];
  const send = async () => {
    const began = performance.now();
    await callers.call(shop, 'POST', '/v1/deliveries', wantedIn(random));
    createdMs.push(performance.now() - began);
  };
  await atRate({ perS, durationS }, send);
  const deadline = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    const { rows } = await client.query(`select 1 from deliveries where state = 'open' limit 1`);
    if (rows.length === 0 || performance.now() > deadline) break;
    await pause(200);
  }
  await people.stop();
  const cpu = msPerThousand(cpuBefore, processorTime(hub, data), perS * durationS);
  const { rows } = await client.query<{ ms: number | null }>(
    'select extract(epoch from assigned_at - created_at)::float8 * 1000 as ms from deliveries',
  );
  const waited = rows.flatMap(({ ms }) => (ms === null ? [] : [ms]));
  const tries = await client.query<{ each: number }>(
    'select count(*)::float8 / greatest(1, (select count(*) from deliveries)) as each from delivery_offers',
  );
  const after = callers.waits();
  return {
    wanted: rows.length,
    assigned: waited.length,
    ...percentiles(waited),
    offers_each: rounded(tries.rows[0]?.each ?? 0),
    answers: people.answers(),
    too_late: people.late(),
    gone_before: people.gone(),
    created_p99_ms: percentiles(createdMs).p99Ms,
    // The processor time of the hub's processes and of its PostgreSQL, from the request to the
    // acceptance.
    processor_ms_per_thousand: cpu,
    held_up: after.rated - before.rated,
    overloaded: after.overloaded - before.overloaded,
  };
}
