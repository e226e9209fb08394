import type { Status } from '../../kernel/status.ts';
import type { HazardTables } from '../hazard/compile.ts';

/**
 * The facts that a policy may use, about one number of one account. Times are epoch milliseconds.
 */
export interface ParcelView {
  /**
   * Spreads the calls of parcels that are otherwise alike; the same number always in the same way.
   */
  readonly trackingNumber: string;
  readonly carrier: string;
  readonly service: string | null;
  readonly status: Status;
  /**
   * The IANA zone of the place where an update is next expected: the destination, or else the last
   * place.
   */
  readonly timeZone: string | null;
  readonly createdAtMs: number;
  /** The time at which the newest fact happened. */
  readonly lastFactAtMs: number | null;
  /** The time at which we received it. */
  readonly lastUpdateAtMs: number | null;
  readonly lastPolledAtMs: number | null;
  /** The local date at the destination, `YYYY-MM-DD`. */
  readonly edd: { readonly date: string } | null;
  /** `healthy`: a subscription is live and has delivered; `silent`: it should have and did not. */
  readonly push: 'healthy' | 'silent' | 'none';
  /** The carrier has answered with a report at least once. */
  readonly known: boolean;
  /** The number of answers `not_found` or `not_yet` since registration. */
  readonly missesInARow: number;
  /**
   * False if the status rests on facts that only an unsigned push reported. Absent counts as true.
   */
  readonly confirmed?: boolean;
}

/** The reason why a poll is due at that time. */
export type PollReason =
  /** An expected update is worth a call by then. */
  | 'hazard'
  /** An update is so likely that only the least pause between two polls delays the call. */
  | 'floor'
  /** Little is expected; no parcel waits longer than this. */
  | 'ceiling'
  /** The policy has a timetable of its own. */
  | 'fixed'
  /** The carrier does not know the number yet, or was never called about it. */
  | 'first_contact'
  /** The carrier was polled often enough: the number is given up; `atMs` is Infinity. */
  | 'give_up'
  /** Push is healthy, or the parcel has ended: an occasional check for what was missed. */
  | 'audit'
  /** An unsigned push reported the end: the carrier is asked at once whether it is true. */
  | 'confirm'
  /** Ended and audited, so never polled again; `atMs` is Infinity. */
  | 'finished';

export interface NextPoll {
  /** Never before the `nowMs` of the call; `Infinity` for `give_up` and `finished`. */
  readonly atMs: number;
  /** The value of polling at `atMs`, as `valueAt` measures it: comparable between parcels. */
  readonly value: number;
  /** One sentence for people, about this parcel. */
  readonly why: string;
  readonly reason: PollReason;
}

/** The current price of a call; the same for all parcels of an account. */
export interface Spend {
  /**
   * θ, in worth × hours: the delay of updates, weighted by their worth, that a call must be
   * expected to end. Doubling it reduces the calls to about 0.7×.
   */
  readonly price: number;
  /** The longest pause between two polls of an active parcel. */
  readonly ceilingS: number;
  /** The shortest pause between two polls of an active parcel. */
  readonly floorS: number;
}

export type PolicyName = 'fixed' | 'flat' | 'adaptive';

/**
 * Decides when a parcel is polled next. Pure: the same parcel, time and spend give the same answer.
 */
export interface PollPolicy {
  readonly name: PolicyName;
  next(parcel: ParcelView, nowMs: number, spend: Spend): NextPoll;
}

const HOUR_MS = 3_600_000;

/**
 * Returns the milliseconds without an update after which a parcel counts as stalled: 99 of 100
 * parcels of its kind (carrier, service, status) have had one by then.
 */
export function stalledAfterMs(
  { carrier, service, status }: Pick<ParcelView, 'carrier' | 'service' | 'status'>,
  tables: HazardTables,
): number {
  return tables.cellOf(carrier, service, status).silenceP99H * HOUR_MS;
}

/** Builds a policy's answer. */
export function due(reason: PollReason, atMs: number, value: number, why: string): NextPoll {
  return { atMs, value, why, reason };
}

/** Writes a duration for a sentence: `90` → `1 h 30 min`. */
export function spoken(minutes: number): string {
  const whole = Math.max(1, Math.round(minutes));
  if (whole < 60) return `${whole} min`;
  const hours = Math.floor(whole / 60);
  if (hours >= 48) return `${Math.round(hours / 24)} days`;
  return whole % 60 === 0 ? `${hours} h` : `${hours} h ${whole % 60} min`;
}

/** Writes a count for a sentence: `1` → `once`. */
export function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

/**
 * Returns a number in [0, 1) for a tracking number. It spreads what would otherwise happen at one
 * instant, in the same way after every restart and in every process (FNV-1a, then mixed, because
 * neighbouring numbers differ in their last digits only).
 */
export function jitterOf(trackingNumber: string, salt = 0): number {
  let hash = 0x811c9dc5 ^ salt;
  for (let at = 0; at < trackingNumber.length; at += 1) {
    hash = Math.imul(hash ^ trackingNumber.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}
