import type { z } from 'zod';
import { Problem } from '../../../kernel/errors.ts';
import { quoted, quotedMembers } from './quoted.ts';
import { type Json, listOf, objectOf, pick, type ToolCall, textOf, word } from './tool.ts';

/** The members of a tool's input that name a parcel. */
export const PARCEL = {
  id: word(64, "The parcel's id, from another tool.").optional(),
  tracking_number: word(128, 'In any spelling. Not needed with `id`.').optional(),
  carrier: word(64, 'The name of the carrier, if several use the number.').optional(),
};

type Named = z.output<z.ZodObject<typeof PARCEL>>;

/** Parcels with one number that are looked at: carriers reuse numbers after months. */
const SAME_NUMBER_MAX = 10;

/**
 * The id of the named parcel: of several with the same number, the newest of its carrier. Throws
 * `Problem` if there is none, or if several carriers have one.
 */
export async function parcelId({ run }: ToolCall, named: Named): Promise<string> {
  const { id, tracking_number, carrier } = named;
  if (id !== undefined) return id;
  if (tracking_number === undefined) throw new Problem('bad_request', 'agents.parcelNotNamed');
  const query = { tracking_number, carrier, sort: '-created_at', limit: SAME_NUMBER_MAX };
  const found = listOf((await run('listShipments', { query }))['data']);
  const carriers = [...new Set(found.map((each) => textOf(each['carrier'])))];
  if (carriers.length > 1) {
    const problem = { 'agents.severalCarriers': { carriers: carriers.join(', ') } };
    throw new Problem('ambiguous_carrier', problem, { fix: 'agents.nameCarrier' });
  }
  const [newest] = found;
  if (newest === undefined) throw new Problem('not_found', 'shipments.shipmentNotUnderKey');
  return textOf(newest['id']);
}

/** A parcel in a list: what the hub decided about it, and the merchant's own references. */
export function parcelRow(shipment: Json): Json {
  const estimate = objectOf(shipment['estimated_delivery']);
  return {
    ...pick(shipment, 'id', 'carrier', 'tracking_number', 'status', 'sub_status', 'confirmed'),
    ...pick(shipment, 'promised_date', 'delivered_at', 'last_event_at', 'tracking_url'),
    order_ids: orderIds(shipment),
    estimated_delivery: estimate && {
      ...pick(estimate, ...DATE_MEMBERS, 'precision', 'late'),
    },
  };
}

/** What is said about an expected day. */
export const DATE_MEMBERS = ['date', 'from_local', 'to_local', 'source', 'confidence'] as const;

/** Of an order, to be used in find_parcels. */
const ORDER_ID = /^[\w#./:-]{1,64}$/;
/** A parcel has one order, a consolidated one several. */
const ORDERS_MAX = 5;

/** The ids of the orders; one that could be a sentence is marked as somebody's text. */
function orderIds(shipment: Json): readonly unknown[] {
  const ids: readonly unknown[] = listOf(shipment['order_ids']);
  return ids
    .slice(0, ORDERS_MAX)
    .map((id) => (ORDER_ID.test(textOf(id)) ? id : quoted('merchant', id)));
}

/** An event of a parcel: the hub's reading of it, and what the carrier wrote. */
export function eventRow(event: Json): Json {
  return {
    ...pick(event, 'occurred_at', 'occurred_local', 'status', 'sub_status', 'milestone', 'source'),
    ...quotedMembers('carrier', event, 'code', 'description', 'location'),
    facility: quoted('carrier', objectOf(event['facility'])?.['name']),
  };
}

/** Who receives a parcel and where; null where the caller may not see people. */
export function peopleOf({ key }: ToolCall, shipment: Json): Json {
  if (!key.seesPeople) return { recipient: null, destination: null, people: 'hidden' };
  return quotedMembers('recipient', shipment, 'recipient', 'destination');
}
