import type { Status } from '../../kernel/status.ts';

/** The progress of a delivery. */
export const PHASES = [
  'pending',
  'offered',
  'assigned',
  'picked_up',
  'arriving',
  'delivered',
  'attempted',
  'returning',
  'returned',
  'cancelled',
] as const;
export type Phase = (typeof PHASES)[number];

const BY_STATUS: Readonly<Partial<Record<Status, Phase>>> = {
  delivered: 'delivered',
  delivery_attempted: 'attempted',
  returning: 'returning',
  returned_to_sender: 'returned',
  cancelled: 'cancelled',
};

/** Before the pickup, follows the search; after it, the parcel's status. Pure. */
export function phaseOf(
  status: Status,
  work: {
    readonly hasCourier: boolean;
    readonly isHeld: boolean;
    readonly isOffered: boolean;
    /** Its courier is close to the recipient. */
    readonly isNear: boolean;
  },
): Phase {
  const said = BY_STATUS[status];
  if (said !== undefined) return said;
  if (status !== 'created' && (status !== 'exception' || work.isHeld)) {
    return status === 'out_for_delivery' && work.isNear ? 'arriving' : 'picked_up';
  }
  if (work.hasCourier) return 'assigned';
  return work.isOffered ? 'offered' : 'pending';
}
