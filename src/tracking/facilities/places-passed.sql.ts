import type { PlaceReport } from '../../intake/index.ts';
import { instantMs, type TimePrecision } from '../../kernel/time/place-time.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryRows, type Row } from '../../platform/database/query-rows.ts';
import { observationsOf } from '../facts/last-events.sql.ts';
import { placeOf, type StoredPlace } from '../facts/short-forms.ts';

/** The part of a log entry that learning needs. */
interface LogHead {
  readonly position: bigint;
  readonly shipmentId: string;
  /**
   * Whether the entry says that a live parcel has ended, and not only that its past is read
   * differently.
   */
  readonly ended: boolean;
}

/**
 * Returns the next entries of a shard, without their data, which are most of their size. Test
 * shipments are skipped, because anybody can invent them.
 */
export async function logHeads(
  db: Queryable,
  shard: number,
  after: bigint,
  limit: number,
): Promise<LogHead[]> {
  const rows = await queryRows<{ position: string; subjectId: string; ended: boolean }>(db, {
    name: 'facility_log_heads',
    text: `select position, subject_id,
             mode = 'live' and type = 'shipment.status_changed' and
               data->>'status' in ('delivered', 'returned_to_sender') and
               data->>'remapped' is null as ended
           from event_log where shard = $1 and position > $2 order by position limit $3`,
    values: [shard, after.toString(), limit],
  });
  return rows.map((row) => ({
    position: BigInt(row.position),
    shipmentId: row.subjectId,
    ended: row.ended,
  }));
}

interface PlaceRow
  extends Row<'observations', 'shipmentId' | 'receivedAtMs' | 'local' | 'offsetMin'> {
  readonly carrier: string;
  readonly place: StoredPlace;
  readonly timePrecision: TimePrecision;
}

/**
 * Returns the places that these parcels passed, as carriers reported. Data from a merchant's own
 * account count only if they were polled, because the merchant has the secret of its pushes.
 */
export async function placesPassed(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<PlaceReport[]> {
  if (shipmentIds.length === 0) return [];
  const rows = await queryRows<PlaceRow>(db, {
    name: 'facility_places_passed',
    text: `select s.shipment_id, p.carrier, s.place, s.received_at, s.local, s.time_precision,
             case s.zone_source when 'offset' then s.offset_min end as offset_min
           from ${observationsOf('$1::uuid[]')} s join shipments p on p.id = s.shipment_id
           where coalesce(s.place->>0, s.place->>'facility') <> ''
             and s.mode = 'live' and s.source <> 'internal'
             and (not s.by_account or s.trust = 'pulled')`,
    values: [shipmentIds],
  });
  return rows.map(toPlaceReport);
}

/**
 * Converts a row. Its time is that of the scan if it is known exactly, or else when it was
 * received.
 */
function toPlaceReport(row: PlaceRow): PlaceReport {
  const { local, offsetMin } = row;
  const place = placeOf(row.place);
  const at = instantMs({
    local,
    precision: row.timePrecision,
    zoneSource: 'offset',
    offsetMin,
    zone: null,
  });
  return {
    carrier: row.carrier,
    parcelId: row.shipmentId,
    facility: place.facility ?? '',
    city: place.city,
    region: place.region,
    postalCode: place.postalCode,
    country: place.country,
    atMs: at ?? row.receivedAtMs,
    offset: at === null || offsetMin === null ? null : { atMs: at, offsetMin },
  };
}
