import type { Status } from '../../kernel/status.ts';

/**
 * The facts a policy may use, about one (account, tracking number). Instants are epoch
 * milliseconds.
 */
export interface ParcelView {
  /** Spreads calls of parcels that are otherwise alike; the same number always in the same way. */
  readonly trackingNumber: string;
  readonly carrier: string;
  readonly service: string | null;
  readonly status: Status;
  /** IANA zone of the place where an update is next expected: the destination, else the last place. */
  readonly timeZone: string | null;
  readonly createdAtMs: number;
  /** When the newest fact happened. */
  readonly lastFactAtMs: number | null;
  /** When we received it. */
  readonly lastUpdateAtMs: number | null;
  readonly lastPolledAtMs: number | null;
  /** Local date at the destination, `YYYY-MM-DD`. */
  readonly edd: { readonly date: string } | null;
  /** `healthy`: a subscription is live and has delivered; `silent`: it should have and did not. */
  readonly push: 'healthy' | 'silent' | 'none';
  /** The carrier has answered with a report at least once. */
  readonly known: boolean;
  /** Answers `not_found` or `not_yet` since registration. */
  readonly missesInARow: number;
  /** False: the status rests on facts that only an unsigned push reported. Absent counts as true. */
  readonly confirmed?: boolean;
}

/** Why a poll is due then and not at another time. */
export type PollReason =
  /** An expected update is worth a call by then. */
  | 'hazard'
  /** Updates is so likely that only the pause between two polls delays it. */
  | 'floor'
  /** Little is expected; no parcel waits longer than this. */
  | 'ceiling'
  /** The policy has a timetable of its own. */
  | 'fixed'
  /** The carrier knows of the number. */
  | 'first_contact'
  /** The carrier was polled often enough: the number is given up; `atMs` is Infinity. */
  | 'give_up'
  /** Push is healthy, or the parcel's life has ended: a look now and then, to be sure. */
  | 'audit'
  /** An unsigned push ended the parcel's life: ask at once whether it is true. */
  | 'confirm'
  /** Ended and audited: never again; `atMs` is Infinity. */
  | 'finished';

export interface NextPoll {
  /** Never before the instant of the question; `Infinity` for `give_up` and `finished`. */
  readonly atMs: number;
  /** Worth of polling at `atMs`, as `valueAt` measures it: comparable between parcels. */
  readonly value: number;
  /** One sentence for people, about this parcel. */
  readonly why: string;
  readonly reason: PollReason;
}

/** The present price of a call. One for all parcels of an account. */
export interface Spend {
  /**
   * θ, in worth × hours: the delay of updates, weighted by what the update is worth, that a call must
   * be expected to end. Doubling it takes the calls to about 0.7×.
   */
  readonly price: number;
  /** The longest pause between two polls of an active parcel. */
  readonly ceilingS: number;
  /** The shortest one. */
  readonly floorS: number;
}

export type PolicyName = 'fixed' | 'flat' | 'adaptive';

/** When to ask next. Pure: the same parcel, instant and spend give the same answer. */
export interface PollPolicy {
  readonly name: PolicyName;
  next(parcel: ParcelView, nowMs: number, spend: Spend): NextPoll;
}
