import type { TrackOutcome } from '../../adapters/contract/pull.ts';
import type { NewInboundMessage } from '../../intake/index.ts';
import { planTarget } from '../due/plan-target.ts';
import type { Plan } from '../due/schedule.ts';
import type { PollTarget, TimerNote } from '../due/target.ts';
import type { Judgement } from './judge-answer.ts';

const HOUR_MS = 3_600_000;
/**
 * The retry interval after an answer that omits facts: carriers rebuild their data piece by piece.
 */
const RECHECK_MS = 10 * 60_000;
/** How many unchanged polls are reported to tracking after each change: fold rule 2 counts two. */
const CONFIRMATIONS = 2;
/**
 * `not_found` is reported only after this many misses and this long: before that, it is normal that
 * the carrier does not know the number.
 */
const NOT_FOUND = { misses: 3, afterMs: 24 * HOUR_MS };
/** Sandbox numbers all exist from the start, so the first miss is reported as not found. */
const NOT_FOUND_IN_SANDBOX = { misses: 1, afterMs: 0 };
const COUNT_MAX = 32_000;

/** One number's part of a call: its result, and what it means for the current row. */
export type CallResult =
  | { readonly kind: 'judged'; readonly judgement: Judgement }
  | {
      readonly kind: 'outcome';
      readonly outcome: Exclude<TrackOutcome['outcome'], 'answer'>;
      /** Part of a sentence: the carrier's reason, or why it was not even called. */
      readonly reason: string;
    };

export interface Settled {
  readonly target: PollTarget;
  readonly notes: readonly Note[];
}

export interface SettleConditions {
  /** The target as it was when it was leased. */
  readonly before: PollTarget;
  /** The time at which the call was sent. */
  readonly requestedAtMs: number;
  readonly nowMs: number;
  readonly plan: Plan;
  /** The inbound message of the answer that was just stored; null if none was. */
  readonly inboundMessageId: string | null;
  /** Whether the called carrier is the built-in sandbox. */
  readonly isSandbox: boolean;
  /**
   * Whether the carrier is down for everybody: a failed call then says nothing about its number.
   */
  readonly isCarrierOut: boolean;
}

/**
 * The effects of a call on a target: what was learned, when it is polled next, and what is passed
 * to tracking. A result that says nothing about the number leaves its due time unchanged, so that
 * the target does not lose its place in the queue. Pure.
 */
export function settle(
  leased: PollTarget,
  result: CallResult,
  conditions: SettleConditions,
): Settled {
  const { nowMs, plan } = conditions;
  const released: PollTarget = { ...leased, leaseUntilMs: null };
  const { target, notes: all, recheck } = afterCall(released, result, conditions);
  // What a bridge does not know is no news about the parcel.
  const notes =
    leased.parcelCarrier === null ? all : all.filter(({ note }) => note === 'pull_confirmed');
  if (target === released && isUnchangedSinceLease(leased, conditions.before)) {
    return { target: { ...released, dueAtMs: conditions.before.dueAtMs }, notes };
  }
  const options = recheck ? { recheckAtMs: nowMs + RECHECK_MS } : {};
  const planned = planTarget(target, nowMs, plan, options);
  const gaveUp =
    planned.endReason === 'expired' && leased.endReason === null && leased.parcelCarrier === null;
  return { target: planned, notes: gaveUp ? [...notes, { note: 'expired', atMs: nowMs }] : notes };
}

/** Whether the number had no update and was not requested while the call was in progress. */
function isUnchangedSinceLease(row: PollTarget, before: PollTarget): boolean {
  return (
    row.sequence === before.sequence && row.refreshRequestedAtMs === before.refreshRequestedAtMs
  );
}

interface Effect extends Settled {
  readonly recheck?: boolean;
}

/** Returns the target and notes after a call, before the next poll is planned. */
function afterCall(target: PollTarget, result: CallResult, conditions: SettleConditions): Effect {
  if (result.kind === 'judged') return afterAnswer(target, result.judgement, conditions);
  switch (result.outcome) {
    case 'not_found':
      return afterMiss(target, false, conditions);
    case 'not_yet':
      return afterMiss(target, true, conditions);
    case 'refused':
      return { target: afterRefusal(target, result.reason), notes: [] };
    case 'error':
      return { target: conditions.isCarrierOut ? target : afterFailure(target), notes: [] };
    default:
      return { target, notes: [] };
  }
}

/** Returns the target and notes after an answer. */
function afterAnswer(
  target: PollTarget,
  judgement: Judgement,
  conditions: SettleConditions,
): Effect {
  const { requestedAtMs, nowMs, inboundMessageId } = conditions;
  switch (judgement.kind) {
    case 'same':
      return {
        ...afterUnchanged(afterPoll(target, requestedAtMs), nowMs),
        recheck: judgement.isMissingFacts,
      };
    case 'miss':
      return afterMiss(target, judgement.isKnown, conditions);
    case 'failure':
      return { target: afterFailure(target), notes: [] };
    case 'changed':
      return {
        target: {
          ...afterPoll(target, requestedAtMs),
          known: target.known || judgement.isReport,
          lastConfirmedAtMs: judgement.isReport ? requestedAtMs : target.lastConfirmedAtMs,
          lastHash: judgement.hash,
          lastIdentities: judgement.identities,
          lastInboundMessageId: inboundMessageId,
          proofOffer: judgement.proofOffer ?? target.proofOffer,
          confirmations: 0,
        },
        notes: [],
        recheck: judgement.isMissingFacts,
      };
  }
}

/** Returns the target after a poll that was answered: its misses, failures and request are over. */
function afterPoll(target: PollTarget, requestedAtMs: number): PollTarget {
  return {
    ...target,
    lastPolledAtMs: requestedAtMs,
    misses: 0,
    failures: 0,
    refreshRequestedAtMs: null,
  };
}

/**
 * Returns the target after a poll that repeated the last answer; the first two are reported to
 * tracking.
 */
function afterUnchanged(target: PollTarget, nowMs: number): Effect {
  const after = { ...target, lastConfirmedAtMs: target.lastPolledAtMs };
  const { lastInboundMessageId, confirmations } = target;
  if (lastInboundMessageId === null || confirmations >= CONFIRMATIONS)
    return { target: after, notes: [] };
  return {
    target: { ...after, confirmations: confirmations + 1 },
    notes: [{ note: 'pull_confirmed', atMs: nowMs, inboundMessageId: lastInboundMessageId }],
  };
}

/**
 * Returns the target after the carrier did not know it or had no scan.
 *
 * @param isAnnounced the carrier knows the number and has no scan.
 */
function afterMiss(
  target: PollTarget,
  isAnnounced: boolean,
  { requestedAtMs, nowMs, isSandbox }: SettleConditions,
): Effect {
  const misses = Math.min(COUNT_MAX, target.misses + 1);
  const after = { ...afterPoll(target, requestedAtMs), misses };
  const since = isSandbox ? NOT_FOUND_IN_SANDBOX : NOT_FOUND;
  const isLongEnough = misses >= since.misses && nowMs - target.createdAtMs >= since.afterMs;
  const isNew = target.lastUpdateAtMs === null && !target.known && !target.notFoundReported;
  if (isAnnounced || !isLongEnough || !isNew) return { target: after, notes: [] };
  return {
    target: { ...after, notFoundReported: true },
    notes: [{ note: 'not_found', atMs: nowMs }],
  };
}

/** Returns the target after a refusal, which ends its polling. */
function afterRefusal(target: PollTarget, reason: string): PollTarget {
  const why = `It is not polled: ${reason}.`;
  return { ...target, refreshRequestedAtMs: null, endReason: 'refused', reason: 'refused', why };
}

/**
 * Returns the target after a failed call, which is retried after increasing pauses. It is not a
 * miss, because the carrier said nothing about the number.
 */
function afterFailure(target: PollTarget): PollTarget {
  return { ...target, failures: Math.min(COUNT_MAX, target.failures + 1) };
}

/** Something that the poller itself reports to tracking, not a carrier. */
export interface Note {
  readonly note: TimerNote | 'pull_confirmed' | 'not_found';
  readonly atMs: number;
  /** The inbound message that an unchanged poll repeats. */
  readonly inboundMessageId?: string;
}

type About = Pick<
  PollTarget,
  'carrier' | 'parcelCarrier' | 'trackingNumber' | 'shipmentId' | 'sequence'
>;

/**
 * Returns a note as an inbound message. It reaches this shipment only, in the order of all other
 * messages.
 */
export function noteMessage(
  target: About,
  { note, atMs, inboundMessageId }: Note,
): NewInboundMessage {
  const body = {
    note,
    shipment_id: target.shipmentId,
    tracking_number: target.trackingNumber,
    sequence: target.sequence,
    at: new Date(atMs).toISOString(),
    ...(inboundMessageId === undefined ? {} : { inbound_message_id: inboundMessageId }),
  };
  return {
    source: 'internal',
    carrier: target.parcelCarrier ?? target.carrier,
    owner: null,
    trust: 'internal',
    headers: {},
    body: Buffer.from(JSON.stringify(body), 'utf8'),
  };
}
