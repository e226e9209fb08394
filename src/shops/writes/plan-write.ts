import type { ErrorText } from '../../kernel/errors.ts';
import type { Status } from '../../kernel/status.ts';

/** What a shop is shown of a parcel. */
export interface Milestone {
  readonly status: Status;
  /** A date at the destination; null: unknown. */
  readonly estimatedDelivery: string | null;
}

/** A parcel of an order of a shop, as the log's consumer finds it. */
export interface WritableParcel {
  readonly orderState: 'unread' | 'open' | 'cancelled' | 'deleted' | 'ignored';
  readonly isRemoved: boolean;
  readonly canWrite: boolean;
  /** The parcel's entries up to this are in the queue, or say nothing. */
  readonly linkedSequence: number;
  /** The last milestone that was or will be sent; null: none. */
  readonly last: Milestone | null;
}

export type WritePlan =
  | { readonly kind: 'write' }
  | { readonly kind: 'not_sent'; readonly reason: ErrorText }
  /** It says nothing that the shop does not have. */
  | { readonly kind: 'nothing' };

/**
 * Decides whether an entry of the log is written to the shop. A registration says nothing; the
 * first milestone or estimate does. Pure.
 */
export function planWrite(
  parcel: WritableParcel,
  milestone: Milestone,
  sequence: number,
): WritePlan {
  if (sequence <= parcel.linkedSequence) return { kind: 'nothing' };
  const before = parcel.last ?? UNWRITTEN;
  const isSame =
    before.status === milestone.status && before.estimatedDelivery === milestone.estimatedDelivery;
  if (isSame) return { kind: 'nothing' };
  const reason = reasonAgainst(parcel);
  return reason === null ? { kind: 'write' } : { kind: 'not_sent', reason };
}

export const UNWRITTEN: Milestone = { status: 'created', estimatedDelivery: null };

/** Returns why nothing is sent about a parcel; null: it is sent. */
export function reasonAgainst({
  isRemoved,
  orderState,
  canWrite,
}: Pick<WritableParcel, 'isRemoved' | 'orderState' | 'canWrite'>): ErrorText | null {
  if (!canWrite) return 'shops.noWriteBack';
  if (isRemoved) return 'shops.numberRemoved';
  if (orderState === 'cancelled') return 'shops.orderCancelled';
  if (orderState === 'deleted') return 'shops.orderDeleted';
  return null;
}
