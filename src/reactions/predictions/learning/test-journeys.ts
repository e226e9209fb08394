import pg from 'pg';
import { deliveredParcels } from '../../../../test/support/parcels/delivered-parcels.ts';
import { type LearningTerms, type Parcel, stopsToJson } from '../../../prediction/index.ts';
import type { JourneyRow } from '../serving/journeys.sql.ts';

export const MERCHANT = '00000000-0000-7000-8000-000000000001';
export const OTHER = '00000000-0000-7000-8000-000000000002';

export const TERMS: LearningTerms = {
  refresh: '17 2 * * *',
  duel: '47 2 * * sun',
  months_max: 18,
  journeys_max: 100_000,
  hold_out_days: 14,
  parcels_min: 50,
  coverage: { from: 0.6, to: 0.97 },
  coverage_tolerance: 0.05,
  states_kept: 3,
  seed: 1,
};

/** The rows of these parcels in the form of their table. */
export function journeyRows(parcels: readonly Parcel[], merchant = MERCHANT): JourneyRow[] {
  return parcels.map((parcel, index) => ({
    id: `00000000-0000-7000-9000-${merchant.slice(-4)}${String(index).padStart(8, '0')}`,
    merchant,
    carrier: parcel.carrier,
    serviceLevel: parcel.serviceLevel,
    senderId: parcel.sender,
    origin: parcel.origin,
    destination: parcel.destination,
    weightG: parcel.weightG,
    labelMs: parcel.labelAt?.instantMs ?? null,
    labelWallMs: parcel.labelAt?.wallMs ?? null,
    handedOverMs: parcel.handedOverAt.instantMs,
    handedOverWallMs: parcel.handedOverAt.wallMs,
    deliveredMs: parcel.deliveredAt?.instantMs ?? null,
    deliveredWallMs: parcel.deliveredAt?.wallMs ?? null,
    promisedDay: parcel.promisedDay,
    stops: stopsToJson(parcel.stops ?? []),
    weather: parcel.weather ?? null,
  }));
}

/** Some months of parcels in a fictitious country. */
export const PARCELS = deliveredParcels({ days: 110, parcelsADay: 10, seed: 51 });
/** The time at which all of them have arrived. */
export const NOW_MS = Math.max(...PARCELS.map(({ deliveredAt }) => deliveredAt?.instantMs ?? 0));

/** Stores parcels; their shipments are not needed for this. */
export async function storeJourneys(
  url: string,
  rows: readonly JourneyRow[],
  mode: 'live' | 'test' = 'live',
): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query('set session_replication_role = replica');
    await client.query(
      `insert into edd_journeys (shipment_id, merchant_id, mode, carrier, service_level, sender_id,
         origin, destination, weight_g, label_at, label_wall, handed_over_at, handed_over_wall,
         delivered_at, delivered_wall, promised_date, stops)
       select r.id, r.merchant, $2, r.carrier, r."serviceLevel", r."senderId", r.origin,
         r.destination, r."weightG", to_timestamp(r."labelMs" / 1000.0),
         to_timestamp(r."labelWallMs" / 1000.0), to_timestamp(r."handedOverMs" / 1000.0),
         to_timestamp(r."handedOverWallMs" / 1000.0), to_timestamp(r."deliveredMs" / 1000.0),
         to_timestamp(r."deliveredWallMs" / 1000.0), date '1970-01-01' + r."promisedDay", r.stops
       from jsonb_to_recordset($1::jsonb) as r(id uuid, merchant uuid, carrier text,
         "serviceLevel" text, "senderId" text, origin jsonb, destination jsonb, "weightG" integer,
         "labelMs" float8, "labelWallMs" float8, "handedOverMs" float8, "handedOverWallMs" float8,
         "deliveredMs" float8, "deliveredWallMs" float8, "promisedDay" integer, stops jsonb)`,
      [JSON.stringify(rows), mode],
    );
  } finally {
    await client.end();
  }
}
