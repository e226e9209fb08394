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

/**
 * Reasons for which a parcel probably never reaches its recipient, so that no date can be promised.
 */
export const REASONS_AGAINST_ARRIVAL: ReadonlySet<string> = new Set([
  'damaged',
  'dead_letter',
  'disposed',
  'lost',
  'recalled',
  'refused',
  'seized',
  'unclaimed',
  'undeliverable',
]);

/**
 * Whether a parcel may still be delivered to its recipient. Only then is a delivery date shown: not
 * for one that has ended, is returning, waits to be collected, or probably will not arrive.
 */
export function mayArrive(status: Status, reason: string | null): boolean {
  if (isTerminal(status) || status === 'returning' || status === 'available_for_pickup')
    return false;
  return reason === null || !REASONS_AGAINST_ARRIVAL.has(reason);
}

/** The progress of a parcel: pages draw it and messages count it, so that both say the same. */
interface ParcelProgress {
  readonly steps: readonly ProgressStep[];
  /** The number of steps that are done; if the parcel has ended, the number of all. */
  readonly done: number;
}

export type ProgressStep =
  | 'ordered'
  | 'shipped'
  | 'out_for_delivery'
  | 'ready_for_pickup'
  | 'attempted'
  | 'problem'
  | 'delivered'
  | 'returning'
  | 'returned'
  | 'cancelled';

/**
 * Returns the few steps of a parcel's way that matter to a reader, and which of them it has
 * reached. Pure.
 *
 * @param hasBeenOut whether it was once on the vehicle, or at the door, so that a later problem
 * arose there.
 */
export function progressOf(status: Status, hasBeenOut: boolean): ParcelProgress {
  switch (status) {
    case 'created':
      return progress(0, 'ordered', 'shipped', 'out_for_delivery', 'delivered');
    case 'picked_up':
    case 'in_transit':
    case 'at_facility':
      return progress(1, 'ordered', 'shipped', 'out_for_delivery', 'delivered');
    case 'out_for_delivery':
      return progress(2, 'ordered', 'shipped', 'out_for_delivery', 'delivered');
    case 'available_for_pickup':
      return progress(2, 'ordered', 'shipped', 'ready_for_pickup', 'delivered');
    case 'delivery_attempted':
      return progress(2, 'ordered', 'shipped', 'attempted', 'delivered');
    case 'exception':
      return hasBeenOut
        ? progress(2, 'ordered', 'shipped', 'problem', 'delivered')
        : progress(1, 'ordered', 'problem', 'out_for_delivery', 'delivered');
    case 'delivered':
      return progress(4, 'ordered', 'shipped', 'out_for_delivery', 'delivered');
    case 'returning':
      return progress(2, 'ordered', 'shipped', 'returning', 'returned');
    case 'returned_to_sender':
      return progress(4, 'ordered', 'shipped', 'returning', 'returned');
    case 'cancelled':
      return progress(2, 'ordered', 'cancelled');
  }
}

/** Returns the number of the current step, counted from one; if all are done, that of the last. */
export function stepNumber({ steps, done }: ParcelProgress): number {
  return Math.min(done + 1, steps.length);
}

function progress(done: number, ...steps: readonly ProgressStep[]): ParcelProgress {
  return { steps, done };
}
