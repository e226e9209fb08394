import { uuidV7 } from '../../../kernel/ids.ts';
import type { Status } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { systemRandom } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Whose } from './accuracy.sql.ts';

/** A shown date in short form; absent members get defaults. */
export interface TestPromise {
  readonly whose?: Whose;
  readonly source?: 'model' | 'carrier' | 'rule' | 'promise';
  readonly shownAt?: string;
  /** The day at the destination when the date was shown; absent: unknown. */
  readonly shownOn?: string;
  readonly stage?: Status;
  readonly carrier?: string;
  readonly service?: string;
  readonly lane?: string;
  readonly date: string;
  readonly window?: readonly [from: string | null, to: string | null];
  readonly missProbability?: number | null;
  readonly warned?: boolean;
  readonly atHandOver?: boolean;
}

/**
 * Writes a parcel with its shown dates; returns its id. A null delivery means that it is not
 * delivered yet.
 */
export async function writeLedger(
  { pipeline }: Database,
  tenant: Tenant,
  deliveredOn: string | null,
  promises: readonly TestPromise[],
): Promise<string> {
  const id = newId();
  const rows = promises.map((it) => ({
    id: newId(),
    whose: it.whose ?? 'ours',
    source: it.source ?? SOURCES[it.whose ?? 'ours'],
    shown_at: it.shownAt ?? '2026-03-01T12:00:00Z',
    stage: it.stage ?? 'in_transit',
    carrier: it.carrier ?? 'acme',
    service_level: it.service ?? 'standard',
    lane: it.lane ?? 'DE-10 → AT-10',
    date: it.date,
    delivered_on: deliveredOn,
    window_from: it.window?.[0] ?? null,
    window_to: it.window?.[1] ?? null,
    miss_probability: it.missProbability ?? null,
    warned: it.warned ?? false,
    at_hand_over: it.atHandOver ?? true,
    shown_on: it.shownOn ?? null,
  }));
  await pipeline.query(
    `with parcel as (
       insert into shipments (id, merchant_id, mode, shard, carrier, tracking_number, facts_from,
         created_at, updated_at)
       values ($1::uuid, $2::uuid, $3::text, 0, 'acme', $1::text, now(), now(), now())
       returning id, merchant_id, mode)
     insert into edd_promises (id, merchant_id, mode, shipment_id, whose, source, shown_at, stage,
       carrier, service_level, lane, date, window_from, window_to, miss_probability, warned,
       delivered_on, at_hand_over, shown_on)
     select r.id, p.merchant_id, p.mode, p.id, whose, source, shown_at, stage, carrier,
       service_level, lane, date, window_from, window_to, miss_probability, warned, delivered_on,
       at_hand_over, shown_on
     from parcel p, jsonb_to_recordset($4::jsonb) as r (id uuid, whose text, source text,
       shown_at timestamptz, stage text, carrier text, service_level text, lane text, date date,
       window_from date, window_to date, miss_probability real, warned boolean, delivered_on date,
       at_hand_over boolean, shown_on date)`,
    [id, tenant.merchantId, tenant.mode, JSON.stringify(rows)],
  );
  return id;
}

const SOURCES = { ours: 'model', carrier: 'carrier', promise: 'promise' } as const;

function newId(): string {
  return uuidV7(Date.UTC(2026, 2, 1), systemRandom(10));
}
