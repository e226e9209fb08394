import { createCourierIndex } from '../../src/fleet/deliveries/test-matching.ts';
import { storedPlacesOf } from '../../src/fleet/positions/index.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openDatabase } from '../../src/platform/database/database.ts';
import { urlOfRunningServer } from '../../src/platform/postgres/embedded-postgres.ts';
import { masterKeyFile, readKeyFile } from '../../src/platform/sealing/master-key.ts';
import type { BenchHub } from './bench-hub.ts';
import { percentiles, rounded } from './numbers.ts';

/**
 * Measures how long a dispatcher with only PostgreSQL takes until it knows all couriers on shift:
 * after a start, or after another's death. It is measured repeatedly in a process of its own, as
 * for one that takes over.
 */
export async function timeRebuilds({ data, client }: BenchHub, turns: number) {
  const db = openDatabase({ url: urlOfRunningServer(data) ?? '' });
  try {
    const keyring = readKeyFile(masterKeyFile(data));
    const placesOf = async (_: unknown, ids: readonly string[]) => {
      const places = await storedPlacesOf(db.pipeline, ids);
      return new Map(places.map(({ courierId, ...place }) => [courierId, place]));
    };
    const { rows } = await client.query<{ merchant_id: string; mode: 'test' | 'live' }>(
      'select merchant_id, mode from couriers limit 1',
    );
    const [{ merchant_id: merchantId, mode } = { merchant_id: '', mode: 'test' as const }] = rows;
    const took: number[] = [];
    let couriers = 0;
    const cpu = process.cpuUsage();
    for (let turn = 0; turn < turns; turn += 1) {
      const index = createCourierIndex({ db, clock: systemClock, keyring, placesOf }, null);
      const began = performance.now();
      couriers = (await index.freeOf({ merchantId, mode })).couriers.length;
      took.push(performance.now() - began);
      index.stop();
    }
    const { user, system } = process.cpuUsage(cpu);
    const { p50Ms, p99Ms, maxMs } = percentiles(took);
    const cpuMs = rounded((user + system) / 1_000 / turns);
    return { turns, couriers, p50_ms: p50Ms, p99_ms: p99Ms, max_ms: maxMs, own_cpu_ms: cpuMs };
  } finally {
    await db.end();
  }
}
