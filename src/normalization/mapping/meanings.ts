import type { ReadStatus } from '../../kernel/status.ts';

/** Who has the parcel at its end, in the words that all carriers' mappings share. */
export interface Meaning {
  readonly status: ReadStatus;
  readonly reason: string;
  /** Null: there is no text of its own. */
  readonly milestone: string | null;
}

/**
 * One meaning for each end that carriers name in words of their own. A rule with the status and
 * either word gets the other one, so that a parcel with a neighbour is the same with every carrier.
 */
export const MEANINGS: readonly Meaning[] = [
  { status: 'delivered', reason: 'agent', milestone: null },
  { status: 'delivered', reason: 'neighbour', milestone: 'left_with_neighbour' },
  { status: 'delivered', reason: 'parcel_locker', milestone: 'left_parcel_locker' },
  { status: 'delivered', reason: 'picked_up_by_recipient', milestone: 'collected' },
  { status: 'available_for_pickup', reason: 'parcel_locker', milestone: 'at_pickup_point' },
];

type Words = Pick<Meaning, 'status' | 'milestone'> & { readonly reason: string | null };

/** Returns reason and milestone of a rule, each completed by the other. */
export function completed({ status, reason, milestone }: Words): Omit<Words, 'status'> {
  const meaning = MEANINGS.find(
    (each) =>
      each.status === status &&
      (reason === null ? each.milestone === milestone && isNamed(each) : each.reason === reason),
  );
  return {
    reason: reason ?? meaning?.reason ?? null,
    milestone: milestone ?? meaning?.milestone ?? null,
  };
}

/** Whether the milestone alone says it: parcels also wait elsewhere than in a locker. */
function isNamed({ status, milestone }: Meaning): boolean {
  return milestone !== null && status === 'delivered';
}
