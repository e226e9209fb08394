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
    text: `select distinct on (f.shipment_id) f.shipment_id, f.status, f.reason, f.milestone,
             f.text_key, f.known, o.place
           from shipments s join facts f on f.shipment_id = s.id and f.identity = s.steering
           left join ${observationsOf('$1::uuid[]')} o
             on o.shipment_id = f.shipment_id and o.identity = f.identity and o.place is not null
           where s.id = any($1::uuid[])
           order by f.shipment_id, o.received_at desc`,
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
 * @param ids the parameter with the ids: Citus joins the table only if they are sent, not selected.
 *   `array[shipment_id]`: of every shipment.
 * @example `select place from ${observationsOf('$1::uuid[]')} o`
 */
export function observationsOf(ids: `$${number}::uuid[]` | 'array[shipment_id]'): string {
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
