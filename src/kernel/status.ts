/** The closed set of shipment statuses, in the order a parcel usually meets them. */
export const STATUSES = [
  'created',
  'picked_up',
  'in_transit',
  'at_facility',
  'out_for_delivery',
  'available_for_pickup',
  'delivery_attempted',
  'exception',
  'returning',
  'delivered',
  'returned_to_sender',
  'cancelled',
] as const;

export type Status = (typeof STATUSES)[number];

/**
 * A mapping's reading of a code: a status, or `none` for "known, but does not affect the status".
 */
export type ReadStatus = Status | 'none';

export const READ_STATUSES: readonly ReadStatus[] = [...STATUSES, 'none'];

/** After one of these, only a carrier's own correction changes anything. */
const TERMINAL_STATUSES = ['delivered', 'returned_to_sender', 'cancelled'] as const;

export function isTerminal(status: Status): boolean {
  return (TERMINAL_STATUSES as readonly Status[]).includes(status);
}

export function isStatus(value: unknown): value is Status {
  return typeof value === 'string' && (STATUSES as readonly string[]).includes(value);
}

/**
 * How much a status weighs when two facts overlap in time (fold rule 6). `returning` is a
 * direction and has no rank: the return latch (rule 5) handles it.
 */
export const RANK: Readonly<Record<Exclude<Status, 'returning'>, number>> = {
  created: 0,
  picked_up: 1,
  in_transit: 2,
  at_facility: 3,
  out_for_delivery: 4,
  exception: 5,
  delivery_attempted: 6,
  available_for_pickup: 7,
  delivered: 8,
  returned_to_sender: 8,
  cancelled: 8,
};
