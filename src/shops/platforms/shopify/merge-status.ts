import type { Status } from '../../../kernel/status.ts';
import type { WrittenParcel } from '../../contract.ts';

/** Shopify's words; it has none for a return. */
const EVENT_OF: Readonly<Record<Status, string>> = {
  created: 'CONFIRMED',
  picked_up: 'CARRIER_PICKED_UP',
  in_transit: 'IN_TRANSIT',
  at_facility: 'IN_TRANSIT',
  out_for_delivery: 'OUT_FOR_DELIVERY',
  available_for_pickup: 'READY_FOR_PICKUP',
  delivery_attempted: 'ATTEMPTED_DELIVERY',
  exception: 'DELAYED',
  returning: 'FAILURE',
  delivered: 'DELIVERED',
  returned_to_sender: 'FAILURE',
  cancelled: 'FAILURE',
};

/** Of several parcels, what the customer should know first; `DELIVERED` only if all are. */
const FIRST = [
  'FAILURE',
  'ATTEMPTED_DELIVERY',
  'READY_FOR_PICKUP',
  'DELAYED',
  'OUT_FOR_DELIVERY',
  'IN_TRANSIT',
  'CARRIER_PICKED_UP',
  'CONFIRMED',
];

export interface MergedStatus {
  readonly status: string;
  /** A date at the destination; null: unknown. */
  readonly estimatedDelivery: string | null;
}

/**
 * Returns the event of a fulfilment, which Shopify has for all of its numbers together. A number of
 * which nothing is known yet (null) is not delivered. Pure.
 */
export function mergeStatus(parcels: readonly (WrittenParcel | null)[]): MergedStatus {
  const known = parcels.filter((parcel) => parcel !== null);
  const events = known.map(({ status }) => EVENT_OF[status]);
  const isDelivered = events.length === parcels.length && events.every(isDelivery);
  const dates = known.flatMap(({ estimated_delivery: date }) => date ?? []).sort();
  return {
    status: isDelivered
      ? 'DELIVERED'
      : (FIRST.find((event) => events.includes(event)) ?? 'IN_TRANSIT'),
    estimatedDelivery: dates.at(-1) ?? null,
  };
}

function isDelivery(event: string): boolean {
  return event === 'DELIVERED';
}
