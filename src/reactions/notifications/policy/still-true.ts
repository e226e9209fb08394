import type { Status } from '../../../kernel/status.ts';
import type { Milestone } from '../contract.ts';
import { dateOf } from '../triggers/milestones-of.ts';

/** A shipment at the moment in which a message about it is decided. */
export interface ShipmentNow {
  readonly status: Status;
  readonly subStatus: string | null;
  readonly confirmed: boolean;
  readonly estimate: { readonly date: string } | null;
  /** IANA; where it goes, or where it was last: the first that is a zone. */
  readonly zones: readonly (string | null)[];
}

const UNDER_WAY: readonly Status[] = ['created', 'picked_up', 'in_transit', 'at_facility'];
const NOT_OVER: readonly Status[] = [
  ...UNDER_WAY,
  'out_for_delivery',
  'available_for_pickup',
  'delivery_attempted',
  'exception',
];

/**
 * The statuses in which a milestone is still worth a message. That it was picked up is worth knowing
 * while it travels; that it comes today is wrong as soon as it does not.
 */
const WORTH_SENDING: Readonly<Partial<Record<Milestone, readonly Status[]>>> = {
  created: UNDER_WAY,
  picked_up: UNDER_WAY,
  in_transit: ['in_transit', 'at_facility'],
  at_facility: ['at_facility', 'in_transit'],
  out_for_delivery: ['out_for_delivery'],
  arriving: ['out_for_delivery'],
  available_for_pickup: ['available_for_pickup'],
  // Back at the depot it can still say when to come again.
  delivery_attempted: ['delivery_attempted', 'at_facility', 'in_transit', 'exception'],
  exception: ['exception'],
  returning: ['returning'],
  delivered: ['delivered'],
  returned_to_sender: ['returned_to_sender'],
  cancelled: ['cancelled'],
  edd_changed: [...UNDER_WAY, 'exception'],
  delay_predicted: [...UNDER_WAY, 'exception'],
  exception_opened: NOT_OVER,
  exception_updated: NOT_OVER,
  delivery_request_confirmed: NOT_OVER,
};

/**
 * Whether a shipment is still as an event left it, as far as the milestone's message says. Pure.
 *
 * @param day `YYYY-MM-DD` that the event named as the expected one; null: none.
 */
export function isStillTrue(
  milestone: Milestone,
  day: string | null,
  { status, subStatus, confirmed, estimate }: ShipmentNow,
): boolean {
  if (milestone === 'stalled') return subStatus === 'stalled';
  if (milestone === 'delivered') return status === 'delivered' && confirmed;
  if (milestone === 'corrected') return status !== 'delivered';
  const namesDay = milestone === 'edd_changed' || milestone === 'delay_predicted';
  if (namesDay && dateOf(estimate) !== day) return false;
  return WORTH_SENDING[milestone]?.includes(status) ?? true;
}
