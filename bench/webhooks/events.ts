import { uuidV7 } from '../../src/kernel/ids.ts';
import type { Tenant } from '../../src/kernel/tenant.ts';
import { systemRandom } from '../../src/platform/clock.ts';
import type { Database } from '../../src/platform/database/database.ts';
import {
  appendToLog,
  type NewLogEntry,
  SHARDS,
  withShard,
} from '../../src/platform/event-log/event-log.ts';

/**
 * A snapshot with about the content of a real shipment's; its webhook has about a thousand bytes.
 */
function snapshot(id: string, sequence: number): Record<string, unknown> {
  return {
    id,
    carrier: 'acme',
    tracking_number: `ACME${id.slice(-12)}`,
    mode: 'live',
    status: sequence % 2 === 0 ? 'in_transit' : 'at_facility',
    sub_status: null,
    estimated_delivery: { date: '2026-03-12', from: null, to: null, source: 'carrier' },
    confirmed: true,
    delivered_at: null,
    last_event_at: '2026-03-10T12:00:00.000Z',
    time_zone: 'America/New_York',
    expired: false,
    pieces: null,
    order_id: `order-${id}`,
    order_ids: [`order-${id}`],
    service_level: 'ground',
    sender_id: null,
    weight_g: 1200,
    dimensions: null,
    promised_date: '2026-03-12',
    metadata: { shop: 'north' },
    tags: ['web'],
    created_at: '2026-03-08T12:00:00.000Z',
    updated_at: '2026-03-10T12:00:00.000Z',
    at_ms: Date.now(),
  };
}

/** A parcel with consecutive events. */
export interface Parcel {
  readonly id: string;
  readonly shard: number;
  readonly tenant: Tenant;
  sequence: number;
}

/** Makes parcels without events, spread evenly over the log's shards. */
export function newParcels(count: number, tenantOf: (n: number) => Tenant): Parcel[] {
  return Array.from({ length: count }, (_, n) => ({
    id: uuidV7(Date.now(), systemRandom(10)),
    shard: n % SHARDS,
    tenant: tenantOf(n),
    sequence: 0,
  }));
}

function nextEntry(parcel: Parcel): NewLogEntry {
  parcel.sequence += 1;
  return {
    id: uuidV7(Date.now(), systemRandom(10)),
    tenant: parcel.tenant,
    subjectId: parcel.id,
    sequence: parcel.sequence,
    type: 'shipment.status_changed',
    occurredAtMs: Date.now(),
    data: snapshot(parcel.id, parcel.sequence),
    previousAttributes: { status: 'in_transit' },
  };
}

/** Adds one event for each of the parcels, with a transaction for each shard. */
export async function happenToAll(db: Database, parcels: readonly Parcel[]): Promise<void> {
  const byShard = new Map<number, Parcel[]>();
  for (const parcel of parcels) {
    byShard.set(parcel.shard, [...(byShard.get(parcel.shard) ?? []), parcel]);
  }
  for (const [shard, some] of byShard) {
    await withShard(db.pipeline, shard, (tx) =>
      appendToLog(tx, shard, some.map(nextEntry), Date.now()),
    );
  }
}

/**
 * Adds events for one parcel after the other at a steady rate, with a transaction for each; returns
 * the number.
 */
export async function happenSteadily(
  db: Database,
  parcels: readonly Parcel[],
  { perS, durationMs }: { readonly perS: number; readonly durationMs: number },
): Promise<number> {
  const startedAt = performance.now();
  const under = new Set<Promise<void>>();
  let n = 0;
  for (; n < (durationMs / 1_000) * perS; n += 1) {
    const early = startedAt + (n * 1_000) / perS - performance.now();
    if (early > 1) await new Promise((resolve) => setTimeout(resolve, early));
    const parcel = parcels[n % parcels.length];
    if (parcel === undefined) break;
    const entry = nextEntry(parcel);
    const done = withShard(db.pipeline, parcel.shard, (tx) =>
      appendToLog(tx, parcel.shard, [entry], Date.now()),
    ).finally(() => under.delete(done));
    under.add(done);
  }
  await Promise.all(under);
  return n;
}
