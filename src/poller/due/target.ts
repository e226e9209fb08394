import { isTerminal, type Status } from '../../kernel/status.ts';
import type { Mode } from '../../kernel/tenant.ts';
import type { ParcelView, PollReason } from '../policy/policy.ts';

/** One merchant's parcels of one carrier: they are polled by one account, and share its budget. */
export interface TargetGroup {
  readonly merchantId: string;
  readonly mode: Mode;
  readonly carrier: string;
}

/**
 * The key of one number that a merchant tracks. If several instances share the number, the newest
 * decides.
 */
export interface TargetKey extends TargetGroup {
  readonly trackingNumber: string;
}

/** What the event log says about the number's newest instance. */
export interface TargetUpdates {
  /** If it is polled through a bridge, which is `carrier` then: the parcel's carrier. */
  readonly parcelCarrier: string | null;
  readonly shipmentId: string;
  /** The sequence number of the last entry about it. */
  readonly sequence: number;
  readonly status: Status;
  readonly subStatus: string | null;
  readonly confirmed: boolean;
  readonly service: string | null;
  readonly timeZone: string | null;
  /** A local date, `YYYY-MM-DD`. */
  readonly edd: string | null;
  readonly createdAtMs: number;
  /**
   * Since when this hub has tracked the parcel: later than `createdAtMs` if it was moved here from
   * another service. Null in rows older than this member.
   */
  readonly trackedSinceMs: number | null;
  readonly lastFactAtMs: number | null;
  readonly lastUpdateAtMs: number | null;
  /** Since when the status has rested on unsigned pushes alone; null while it is confirmed. */
  readonly unconfirmedSinceMs: number | null;
  /** Status and epoch seconds of what happened, in order; limited in number. */
  readonly history: readonly HistoryEntry[];
}

export type HistoryEntry = readonly [status: Status, atS: number];

/** The results of our own polls. */
export interface TargetPulls {
  readonly push: 'healthy' | 'silent' | 'none';
  readonly known: boolean;
  readonly misses: number;
  /** The number of calls in a row that failed for this number while others succeeded. */
  readonly failures: number;
  readonly lastPolledAtMs: number | null;
  /** When the carrier last repeated known facts, or reported new ones. */
  readonly lastConfirmedAtMs: number | null;
  /** A hash of the last answer without its volatile fields; null before the first. */
  readonly lastHash: string | null;
  /** The identities of facts in the last answer, each hashed to 64 bits, as decimal text. */
  readonly lastIdentities: readonly string[] | null;
  readonly lastInboundMessageId: string | null;
  /** The number of unchanged polls reported to tracking since the last change. */
  readonly confirmations: number;
  /** The entry after which a timer was reported; none is reported again before the next entry. */
  readonly reportedSequence: number | null;
  readonly notFoundReported: boolean;
  readonly proofOffer: ProofOffer | null;
}

/** The proofs of delivery that an answer listed. */
export interface ProofOffer {
  readonly kinds: readonly string[];
  /** The carrier's own id of the parcel. */
  readonly piece: string | null;
  /** The time of the newest fact in that answer; null if its facts have none. */
  readonly as_of_ms: number | null;
}

/** When the number is polled next, and why. */
export interface TargetSchedule {
  readonly dueAtMs: number;
  readonly value: number;
  readonly urgency: number;
  readonly valueClass: number;
  readonly reason: PollReason | EndReason | 'retry' | 'recheck' | 'asked';
  readonly why: string;
  readonly timerAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly endReason: EndReason | null;
}

/**
 * Why a number is no longer polled. `finished`: ended and audited. `refused`: the carrier will
 * never answer us about it.
 */
export type EndReason = 'finished' | 'expired' | 'deleted' | 'refused';

export interface PollTarget extends TargetKey, TargetUpdates, TargetPulls, TargetSchedule {
  readonly refreshRequestedAtMs: number | null;
  readonly leaseUntilMs: number | null;
  readonly leaseToken: string;
}

export const NEVER_PULLED: TargetPulls = {
  push: 'none',
  known: false,
  misses: 0,
  failures: 0,
  lastPolledAtMs: null,
  lastConfirmedAtMs: null,
  lastHash: null,
  lastIdentities: null,
  lastInboundMessageId: null,
  confirmations: 0,
  reportedSequence: null,
  notFoundReported: false,
  proofOffer: null,
};

/** The members of a target that a policy reads. */
export type PolicyInput = Pick<
  PollTarget,
  | 'trackingNumber'
  | 'carrier'
  | 'service'
  | 'status'
  | 'confirmed'
  | 'timeZone'
  | 'edd'
  | 'createdAtMs'
  | 'trackedSinceMs'
  | 'lastFactAtMs'
  | 'lastUpdateAtMs'
  | 'lastPolledAtMs'
  | 'push'
  | 'known'
  | 'misses'
>;

/** Returns the part of a target that the poll policies decide on. */
export function toParcelView(target: PolicyInput): ParcelView {
  return {
    trackingNumber: target.trackingNumber,
    carrier: target.carrier,
    service: target.service,
    status: target.status,
    timeZone: target.timeZone,
    createdAtMs: target.createdAtMs,
    lastFactAtMs: target.lastFactAtMs,
    lastUpdateAtMs: target.lastUpdateAtMs,
    lastPolledAtMs: target.lastPolledAtMs,
    edd: target.edd === null ? null : { date: target.edd },
    push: target.push,
    known: target.known,
    missesInARow: target.misses,
    confirmed: target.confirmed,
  };
}

/**
 * Since when a parcel has waited for its next poll: since the last one, or else since this hub began
 * to track it. The age of a parcel that was moved here from another service is no wait.
 */
export function waitingSinceMs({
  lastPolledAtMs,
  createdAtMs,
  trackedSinceMs,
}: Pick<PollTarget, 'lastPolledAtMs' | 'createdAtMs' | 'trackedSinceMs'>): number {
  return lastPolledAtMs ?? trackedSinceMs ?? createdAtMs;
}

/** Returns the key as a string, for use as a `Map` key. */
export function keyText({ merchantId, mode, carrier, trackingNumber }: TargetKey): string {
  return `${merchantId} ${mode} ${carrier} ${trackingNumber}`;
}

export function groupText({ merchantId, mode, carrier }: TargetGroup): string {
  return `${merchantId} ${mode} ${carrier}`;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * An end that only an unsigned push reported is believed if no poll contradicted it for this long.
 */
const CONFIRMED_WITHIN_MS = DAY_MS;
/** After this long without an update nobody waits for a parcel any more. */
const EXPIRED_AFTER_MS = 30 * DAY_MS;

export type TimerNote = 'stalled' | 'expired' | 'confirmation_timed_out';

interface Timer {
  readonly atMs: number;
  readonly note: TimerNote;
}

type Timed = Pick<
  PollTarget,
  | 'status'
  | 'subStatus'
  | 'confirmed'
  | 'createdAtMs'
  | 'lastUpdateAtMs'
  | 'unconfirmedSinceMs'
  | 'sequence'
  | 'reportedSequence'
  | 'endReason'
  | 'parcelCarrier'
>;

/**
 * Returns what to report about a number if nothing else happens to it, and when: that it has had no
 * update for unusually long, that it is given up, or that nobody will confirm its end. Null if
 * there is nothing to report. Pure.
 *
 * @param stalledAfterMs the time within which 99 of 100 comparable parcels have an update.
 */
export function timerOf(target: Timed, stalledAfterMs: number): Timer | null {
  // The timers of a parcel run once, in the target of its carrier.
  if (target.endReason !== null || target.parcelCarrier !== null) return null;
  const wasReported = target.reportedSequence === target.sequence;
  if (isTerminal(target.status)) {
    const { unconfirmedSinceMs } = target;
    if (target.confirmed || unconfirmedSinceMs === null || wasReported) return null;
    return { atMs: unconfirmedSinceMs + CONFIRMED_WITHIN_MS, note: 'confirmation_timed_out' };
  }
  const lastActivityAtMs = target.lastUpdateAtMs ?? target.createdAtMs;
  const expired: Timer = { atMs: lastActivityAtMs + EXPIRED_AFTER_MS, note: 'expired' };
  // No update before the first scan is normal: labels are printed days ahead.
  const canStall = target.lastUpdateAtMs !== null && target.subStatus !== 'stalled' && !wasReported;
  const stalledAtMs = lastActivityAtMs + stalledAfterMs;
  return canStall && stalledAtMs < expired.atMs ? { atMs: stalledAtMs, note: 'stalled' } : expired;
}
