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
