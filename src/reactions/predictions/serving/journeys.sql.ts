import type pg from 'pg';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { eachRow } from '../../../platform/database/query-rows.ts';
import {
  type Parcel,
  type ParcelPlace,
  stopsToJson,
  ZONE_CHARS,
} from '../../../prediction/index.ts';

/** A parcel for learning. */
interface NewJourney {
  readonly shipmentId: string;
  readonly tenant: Tenant;
  readonly parcel: Parcel;
  /** The merchant's name for the sender. */
  readonly senderId: string;
  readonly promisedDate: string | null;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;

/** Writes the journeys in their current state, replacing earlier ones. */
export async function saveJourneys(db: Queryable, made: readonly NewJourney[]): Promise<void> {
  if (made.length === 0) return;
  const parcels = made.map(({ parcel }) => parcel);
  await db.query({
    name: 'save_journeys',
    text: `
      insert into edd_journeys (shipment_id, merchant_id, mode, carrier, service_level, sender_id,
        origin, destination, weight_g, label_at, label_wall, handed_over_at, handed_over_wall,
        delivered_at, delivered_wall, delivered_minutes, promised_date,
        stops, weather)
      select j.id, j.merchant_id, j.mode, j.carrier, j.service_level, j.sender_id, j.origin,
             j.destination, j.weight_g, to_timestamp(j.label_ms / 1000.0),
             to_timestamp(j.label_wall_ms / 1000.0), to_timestamp(j.handed_ms / 1000.0),
             to_timestamp(j.handed_wall_ms / 1000.0), to_timestamp(j.delivered_ms / 1000.0),
             to_timestamp(j.delivered_wall_ms / 1000.0), j.delivered_minutes, j.promised, j.stops,
             j.weather
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
                  $7::jsonb[], $8::jsonb[], $9::int[], $10::float8[], $11::float8[],
                  $12::float8[], $13::float8[], $14::float8[], $15::float8[], $16::int[],
                  $17::date[], $18::jsonb[], $19::float8[])
        as j(id, merchant_id, mode, carrier, service_level, sender_id, origin, destination,
             weight_g, label_ms, label_wall_ms, handed_ms, handed_wall_ms, delivered_ms,
             delivered_wall_ms, delivered_minutes, promised, stops, weather)
      on conflict (shipment_id) do update set
        service_level = excluded.service_level, sender_id = excluded.sender_id,
        origin = excluded.origin, destination = excluded.destination,
        weight_g = excluded.weight_g, label_at = excluded.label_at,
        label_wall = excluded.label_wall, handed_over_at = excluded.handed_over_at,
        handed_over_wall = excluded.handed_over_wall, delivered_at = excluded.delivered_at,
        delivered_wall = excluded.delivered_wall, promised_date = excluded.promised_date,
        delivered_minutes = excluded.delivered_minutes, stops = excluded.stops,
        weather = coalesce(edd_journeys.weather, excluded.weather)`,
    values: [
      made.map(({ shipmentId }) => shipmentId),
      made.map(({ tenant }) => tenant.merchantId),
      made.map(({ tenant }) => tenant.mode),
      parcels.map(({ carrier }) => carrier),
      parcels.map(({ serviceLevel }) => serviceLevel),
      made.map(({ senderId }) => senderId),
      parcels.map(({ origin }) => JSON.stringify(areaOf(origin))),
      parcels.map(({ destination }) => JSON.stringify(areaOf(destination))),
      parcels.map(({ weightG }) => weightG),
      parcels.map(({ labelAt }) => labelAt?.instantMs ?? null),
      parcels.map(({ labelAt }) => labelAt?.wallMs ?? null),
      parcels.map(({ handedOverAt }) => handedOverAt.instantMs),
      parcels.map(({ handedOverAt }) => handedOverAt.wallMs),
      parcels.map(({ deliveredAt }) => deliveredAt?.instantMs ?? null),
      parcels.map(({ deliveredAt }) => deliveredAt?.wallMs ?? null),
      parcels.map(({ deliveredAt }) => deliveredAt && minutesOfDay(deliveredAt.wallMs)),
      made.map(({ promisedDate }) => promisedDate),
      parcels.map(({ stops = [] }) => JSON.stringify(stopsToJson(stops))),
      parcels.map(({ weather }) => weather ?? null),
    ],
  });
}

/**
 * Only as much of an address as learning needs: the start of a postal code reveals nobody's street.
 */
function areaOf(place: ParcelPlace): ParcelPlace {
  return { ...place, postal: place.postal.slice(0, ZONE_CHARS) };
}

function minutesOfDay(wallMs: number): number {
  const minutes = Math.floor(wallMs / MINUTE_MS) % DAY_MINUTES;
  return minutes < 0 ? minutes + DAY_MINUTES : minutes;
}

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
