import type { Status } from '../../../../../kernel/status.ts';

/** What a subscriber is notified of, as the form names it. */
export type Update = 'out_for_delivery' | 'arrived' | 'collected' | 'problem';

const ALL: readonly Update[] = ['out_for_delivery', 'arrived', 'problem'];

const AHEAD: Readonly<Record<Status, readonly Update[]>> = {
  created: ALL,
  picked_up: ALL,
  in_transit: ALL,
  at_facility: ALL,
  exception: ALL,
  delivery_attempted: ALL,
  out_for_delivery: ['arrived', 'problem'],
  available_for_pickup: ['collected', 'problem'],
  returning: [],
  delivered: [],
  returned_to_sender: [],
  cancelled: [],
};

/** The updates that can still occur in a status; none: a subscription would be empty. */
export function updatesAhead(status: Status): readonly Update[] {
  return AHEAD[status];
}
