import type { ReportedPlace } from '../../adapters/contract/contract.ts';
import type { ReadStatus } from '../../kernel/status.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryRows } from '../../platform/database/query-rows.ts';
import { placeOf, type StoredPlace } from './short-forms.ts';

/** The event that set a shipment's status, with its place if the carrier named one. */
export interface LastEvent {
  readonly status: ReadStatus;
  readonly reason: string | null;
  readonly milestone: string | null;
  readonly text?: string;
  readonly known: boolean;
  readonly place: ReportedPlace | null;
}

/** Returns the events that set the statuses of these shipments, without folding their facts. */
export async function lastEvents(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<ReadonlyMap<string, LastEvent>> {
  const rows = await queryRows<
    Omit<LastEvent, 'text' | 'place'> & {
      shipmentId: string;
      textKey: string | null;
      place: StoredPlace | null;
    }
  >(db, {
    name: 'last_events',
    text: `select f.shipment_id, f.status, f.reason, f.milestone, f.text_key, f.known,
             (select o.place from ${observationsOf('array[f.shipment_id]')} o
              where o.identity = f.identity
                and o.place is not null
              order by o.received_at desc limit 1) as place
           from shipments s join facts f on f.shipment_id = s.id and f.identity = s.steering
           where s.id = any($1::uuid[])`,
    values: [shipmentIds],
  });
  return new Map(
    rows.map(({ shipmentId, textKey, place, ...event }) => [
      shipmentId,
      { ...event, place: place && placeOf(place), ...(textKey === null ? {} : { text: textKey }) },
    ]),
  );
}

/**
 * Returns all observations of these shipments as a table of a `from` clause: the first of each fact
 * is in the fact's row, the later ones are in `observations`.
 *
 * @param ids an SQL expression for an array of shipments' ids; both tables are read by it.
 * @example `select place from ${observationsOf('$1::uuid[]')} o`
 */
export function observationsOf(ids: string): string {
  return `(
    select shipment_id, identity, inbound_message_id, carrier_piece_id, merchant_id, mode,
      message_source as source, trust, by_account, received_at, local, time_precision, zone_source,
      offset_min, zone, place, zone_facility_id, neutral_time
    from facts where shipment_id = any(${ids}) and inbound_message_id is not null
    union all
    select shipment_id, identity, inbound_message_id, carrier_piece_id, merchant_id, mode, source,
      trust, by_account, received_at, local, time_precision, zone_source, offset_min, zone, place,
      zone_facility_id, neutral_time
    from observations where shipment_id = any(${ids}))`;
}
