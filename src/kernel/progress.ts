import type { Status } from './status.ts';

/** The progress of a parcel: pages draw it and messages count it, so that both say the same. */
export interface ParcelProgress {
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
      return at(0, 'ordered', 'shipped', 'out_for_delivery', 'delivered');
    case 'picked_up':
    case 'in_transit':
    case 'at_facility':
      return at(1, 'ordered', 'shipped', 'out_for_delivery', 'delivered');
    case 'out_for_delivery':
      return at(2, 'ordered', 'shipped', 'out_for_delivery', 'delivered');
    case 'available_for_pickup':
      return at(2, 'ordered', 'shipped', 'ready_for_pickup', 'delivered');
    case 'delivery_attempted':
      return at(2, 'ordered', 'shipped', 'attempted', 'delivered');
    case 'exception':
      return hasBeenOut
        ? at(2, 'ordered', 'shipped', 'problem', 'delivered')
        : at(1, 'ordered', 'problem', 'out_for_delivery', 'delivered');
    case 'delivered':
      return at(4, 'ordered', 'shipped', 'out_for_delivery', 'delivered');
    case 'returning':
      return at(2, 'ordered', 'shipped', 'returning', 'returned');
    case 'returned_to_sender':
      return at(4, 'ordered', 'shipped', 'returning', 'returned');
    case 'cancelled':
      return at(2, 'ordered', 'cancelled');
  }
}

/** Returns the number of the current step, counted from one; if all are done, that of the last. */
export function stepNumber({ steps, done }: ParcelProgress): number {
  return Math.min(done + 1, steps.length);
}

function at(done: number, ...steps: readonly ProgressStep[]): ParcelProgress {
  return { steps, done };
}
