import type { Status } from '../../kernel/status.ts';
import type { ParcelEnd } from '../route/courier-parcels.sql.ts';

/**
 * Who has a parcel, and what a scan or command of a courier changes about it. A courier takes what
 * nobody has; says something about a parcel only while having it; and gives it away by a colleague's
 * scan. Pure.
 */
export interface Holding {
  /** On somebody's route and not done; null: on nobody's. */
  readonly open: {
    readonly id: string;
    readonly courierId: string;
    readonly isHeld: boolean;
  } | null;
  /** When the asking courier had it, newest first. */
  readonly mine: readonly {
    readonly id: string;
    readonly sinceMs: number;
    /** Null: still. */
    readonly untilMs: number | null;
    readonly why: ParcelEnd | null;
  }[];
}

export type CustodyChange =
  | { readonly kind: 'nothing' }
  /** Nobody had it, and it was on no route. */
  | { readonly kind: 'take' }
  /** It was on a route, the courier's own or a colleague's, and nobody had it. */
  | { readonly kind: 'hold'; readonly id: string; readonly from: string }
  | { readonly kind: 'hand_over'; readonly id: string; readonly from: string }
  | { readonly kind: 'end'; readonly id: string; readonly why: ParcelEnd }
  /** A delivery of this courier is taken back, so the parcel is in hand again. */
  | { readonly kind: 'reopen'; readonly id: string }
  | { readonly kind: 'refused'; readonly why: 'not_yours' }
  | { readonly kind: 'refused'; readonly why: 'held_by_another'; readonly by: string };

/** What a courier says of a parcel, as far as custody looks at it. */
export interface Claimed {
  readonly does: 'take' | 'take_back' | 'other' | ParcelEnd;
  readonly atMs: number;
  /** A colleague gave it. */
  readonly handover: boolean;
}

/** Buttons pressed twice, and clocks of two phones, differ by no more. */
export const SLACK_MS = 5 * 60_000;

const CODES: Readonly<Record<string, Claimed['does']>> = {
  PICKUP: 'take',
  LOAD: 'take',
  DELIVERED: 'delivered',
  RETURNED: 'returned',
  ARRIVE: 'handed_in',
  HOLD: 'handed_in',
  CANCEL: 'ended',
  UNDELIVERED: 'take_back',
  RETURN_CANCEL: 'take_back',
};

/** What a scan with that code does; a merchant's own codes change nothing about custody. */
export function doneByCode(code: string): Claimed['does'] {
  return CODES[code.toUpperCase()] ?? 'other';
}

/** Whether it gives the parcel away. */
export function endsCustody(does: Claimed['does']): does is ParcelEnd {
  return does !== 'take' && does !== 'take_back' && does !== 'other';
}

const STATUSES: Readonly<Partial<Record<Status, Claimed['does']>>> = {
  picked_up: 'take',
  out_for_delivery: 'take',
  delivered: 'delivered',
  returned_to_sender: 'returned',
  at_facility: 'handed_in',
  available_for_pickup: 'handed_in',
  cancelled: 'ended',
};

/** The same of a command. */
export function doneByStatus(status: Status): Claimed['does'] {
  return STATUSES[status] ?? 'other';
}

/** What becomes of a parcel when that courier says so. */
export function custodyChange(
  courierId: string,
  { open, mine }: Holding,
  { does, atMs, handover }: Claimed,
): CustodyChange {
  const isMine = open?.isHeld === true && open.courierId === courierId;
  if (does === 'take') {
    if (open === null) return { kind: 'take' };
    if (isMine) return { kind: 'nothing' };
    if (!open.isHeld) return { kind: 'hold', id: open.id, from: open.courierId };
    return handover
      ? { kind: 'hand_over', id: open.id, from: open.courierId }
      : { kind: 'refused', why: 'held_by_another', by: open.courierId };
  }
  if (isMine) {
    return endsCustody(does) ? { kind: 'end', id: open.id, why: does } : { kind: 'nothing' };
  }
  const [last] = mine;
  const wasDone = last?.why === 'delivered' || last?.why === 'returned' || last?.why === 'ended';
  if (does === 'take_back' && open === null && last !== undefined && wasDone) {
    return { kind: 'reopen', id: last.id };
  }
  // What was written down without network while the courier still had it.
  const hadIt = mine.some(
    ({ sinceMs, untilMs }) =>
      sinceMs - SLACK_MS <= atMs && (untilMs === null || atMs <= untilMs + SLACK_MS),
  );
  return hadIt ? { kind: 'nothing' } : { kind: 'refused', why: 'not_yours' };
}
