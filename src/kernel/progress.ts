import type { Status } from './status.ts';

/** How far a parcel is: what pages draw and messages count, so that both say the same. */
export interface ParcelProgress {
  readonly steps: readonly ProgressStep[];
  /** Steps that are done, or the number of all where the parcel has ended. */
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
 * The few steps of a parcel's way that a reader cares for, and where on them it is. Pure.
 *
 * @param hasBeenOut it was on the vehicle, or stood at the door, once: what went wrong since did so there.
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

/** The step it is on, counted from one: the last one where all are done. */
export function stepNumber({ steps, done }: ParcelProgress): number {
  return Math.min(done + 1, steps.length);
}

function at(done: number, ...steps: readonly ProgressStep[]): ParcelProgress {
  return { steps, done };
}
