import type { Status } from '../../kernel/status.ts';
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
export type Viewed = Pick<
  PollTarget,
  | 'trackingNumber'
  | 'carrier'
  | 'service'
  | 'status'
  | 'confirmed'
  | 'timeZone'
  | 'edd'
  | 'createdAtMs'
  | 'lastFactAtMs'
  | 'lastUpdateAtMs'
  | 'lastPolledAtMs'
  | 'push'
  | 'known'
  | 'misses'
>;

export function viewOf(target: Viewed): ParcelView {
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

/** Returns the key as one text, for use in maps. */
export function keyText({ merchantId, mode, carrier, trackingNumber }: TargetKey): string {
  return `${merchantId} ${mode} ${carrier} ${trackingNumber}`;
}

export function groupText({ merchantId, mode, carrier }: TargetGroup): string {
  return `${merchantId} ${mode} ${carrier}`;
}
