import type { Status } from '../../kernel/status.ts';

/**
 * The value of learning of a kind of update an hour sooner, in hub scans. Customers wait for the
 * van and the parcel; merchants act on exceptions and failed attempts, the sooner the cheaper. A
 * rare kind must be worth much more than a frequent one to be polled for at all: exceptions come at
 * any hour, once in a dozen parcels.
 */
const WORTH: Readonly<Record<Status, number>> = {
  created: 0.5,
  picked_up: 1,
  in_transit: 1,
  at_facility: 1,
  out_for_delivery: 3,
  available_for_pickup: 3,
  delivery_attempted: 5,
  exception: 12,
  returning: 5,
  delivered: 3,
  returned_to_sender: 3,
  cancelled: 2,
};

export function worthOf(update: Status): number {
  return WORTH[update];
}
