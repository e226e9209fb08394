import type pg from 'pg';
import { eachRow } from '../../../platform/database/query-rows.ts';

/**
 * A live parcel in the form of its table. Times are epoch milliseconds; local times are read as if
 * they were UTC.
 */
export interface JourneyRow {
  readonly id: string;
  readonly merchant: string;
  readonly carrier: string;
  readonly serviceLevel: string;
  readonly senderId: string;
  readonly origin: unknown;
  readonly destination: unknown;
  readonly weightG: number | null;
  readonly labelMs: number | null;
  readonly labelWallMs: number | null;
  readonly handedOverMs: number;
  readonly handedOverWallMs: number;
  readonly deliveredMs: number | null;
  readonly deliveredWallMs: number | null;
  readonly promisedDay: number | null;
  readonly stops: unknown;
  readonly weather: number | null;
}

/**
 * Reads the live parcels handed over since then, newest first, up to a limit. Test parcels are
 * skipped: people move them by hand.
 */
export function eachJourney(
  pool: pg.Pool,
  { sinceMs, limit }: { readonly sinceMs: number; readonly limit: number },
  onRow: (row: JourneyRow) => void,
): Promise<void> {
  const ms = (column: string) => `extract(epoch from ${column})::float8 * 1000`;
  const text = `
    select shipment_id as id, merchant_id as merchant, carrier, service_level, sender_id,
           origin, destination, weight_g,
           ${ms('label_at')} as label_ms, ${ms('label_wall')} as label_wall_ms,
           ${ms('handed_over_at')} as handed_over_ms,
           ${ms('handed_over_wall')} as handed_over_wall_ms,
           ${ms('delivered_at')} as delivered_ms, ${ms('delivered_wall')} as delivered_wall_ms,
           promised_date - date '1970-01-01' as promised_day, stops, weather
    from edd_journeys
    where mode = 'live' and handed_over_at >= to_timestamp($1 / 1000.0)
    order by handed_over_at desc, shipment_id
    limit $2`;
  return eachRow<JourneyRow>(pool, { text, values: [sinceMs, limit] }, onRow);
}
