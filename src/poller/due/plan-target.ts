import { stalledAfterMs } from '../policy/policy.ts';
import {
  NO_CALL,
  type Plan,
  REFRESH_CLASS,
  retryAt,
  type ScheduleOptions,
  scheduleOf,
} from './schedule.ts';
import {
  type EndReason,
  type PollTarget,
  type TargetSchedule,
  timerOf,
  toParcelView,
} from './target.ts';
import type { Unplanned } from './updates.ts';

/**
 * Plans a target's next poll and timer from what is known now. A leased target is not due, so two
 * polls of one number never overlap. Pure.
 */
export function planTarget(
  target: Unplanned & Pick<PollTarget, 'leaseToken'>,
  nowMs: number,
  plan: Plan,
  options: ScheduleOptions = {},
): PollTarget {
  const timer = timerOf(target, stalledAfterMs(toParcelView(target), plan.tables));
  const timerAtMs = timer?.atMs ?? null;
  if (target.endReason !== null)
    return withSchedule(target, endSchedule(target.endReason, nowMs, refusalReason(target)));
  const schedule = scheduleOf(target, nowMs, plan, options);
  if (schedule.end !== null)
    return withSchedule(target, endSchedule(schedule.end, nowMs, schedule.why));
  const { refreshRequestedAtMs } = target;
  // A refresh of a number whose calls fail waits for the retry, or it would use up all calls.
  const requestedAtMs =
    refreshRequestedAtMs && Math.max(refreshRequestedAtMs, retryAt(target.failures, nowMs));
  const planned = requestedAtMs === null ? schedule : refreshTarget(requestedAtMs, plan);
  const freeAtMs = pollableAt(target, plan);
  return withSchedule(target, {
    dueAtMs: freeAtMs > nowMs ? Math.max(planned.dueAtMs, freeAtMs) : planned.dueAtMs,
    value: planned.value,
    urgency: planned.urgency,
    valueClass: planned.valueClass,
    reason: planned.reason,
    why: planned.why,
    timerAtMs,
    endedAtMs: null,
    endReason: null,
  });
}

/**
 * The earliest time of the next poll: after the lease, and after the pause that the carrier demands
 * for each parcel.
 */
export function pollableAt(
  { leaseUntilMs, lastPolledAtMs }: Pick<PollTarget, 'leaseUntilMs' | 'lastPolledAtMs'>,
  { parcelPauseS }: Plan,
): number {
  const isPaused = parcelPauseS !== undefined && lastPolledAtMs !== null;
  return Math.max(
    leaseUntilMs ?? Number.NEGATIVE_INFINITY,
    isPaused ? lastPolledAtMs + parcelPauseS * 1_000 : Number.NEGATIVE_INFINITY,
  );
}

/** Members are copied one by one: an object spread of so many is slow to create and to read. */
function withSchedule(
  target: Unplanned & Pick<PollTarget, 'leaseToken'>,
  schedule: TargetSchedule,
): PollTarget {
  return {
    merchantId: target.merchantId,
    mode: target.mode,
    carrier: target.carrier,
    trackingNumber: target.trackingNumber,
    parcelCarrier: target.parcelCarrier,
    shipmentId: target.shipmentId,
    sequence: target.sequence,
    status: target.status,
    subStatus: target.subStatus,
    confirmed: target.confirmed,
    service: target.service,
    timeZone: target.timeZone,
    edd: target.edd,
    createdAtMs: target.createdAtMs,
    trackedSinceMs: target.trackedSinceMs,
    lastFactAtMs: target.lastFactAtMs,
    lastUpdateAtMs: target.lastUpdateAtMs,
    unconfirmedSinceMs: target.unconfirmedSinceMs,
    history: target.history,
    push: target.push,
    known: target.known,
    misses: target.misses,
    failures: target.failures,
    lastPolledAtMs: target.lastPolledAtMs,
    lastConfirmedAtMs: target.lastConfirmedAtMs,
    lastHash: target.lastHash,
    lastIdentities: target.lastIdentities,
    lastInboundMessageId: target.lastInboundMessageId,
    confirmations: target.confirmations,
    reportedSequence: target.reportedSequence,
    notFoundReported: target.notFoundReported,
    proofOffer: target.proofOffer,
    refreshRequestedAtMs: target.refreshRequestedAtMs,
    leaseUntilMs: target.leaseUntilMs,
    leaseToken: target.leaseToken,
    dueAtMs: schedule.dueAtMs,
    value: schedule.value,
    urgency: schedule.urgency,
    valueClass: schedule.valueClass,
    reason: schedule.reason,
    why: schedule.why,
    timerAtMs: schedule.timerAtMs,
    endedAtMs: schedule.endedAtMs,
    endReason: schedule.endReason,
  };
}

/**
 * Returns the schedule of a number that a person requested: due at once, before all planned ones.
 */
function refreshTarget(atMs: number, { spend }: Plan) {
  return {
    dueAtMs: atMs,
    value: spend.price,
    urgency: spend.price,
    valueClass: REFRESH_CLASS,
    reason: 'asked',
    why: 'A refresh was requested.',
  } as const;
}

const WHY_ENDED: Readonly<Record<EndReason, string>> = {
  finished: 'It has a final status and was audited; it is no longer polled.',
  expired: 'There was no update for so long that polling stopped; any update resumes it.',
  deleted: 'The shipment was deleted.',
  refused: 'The carrier does not answer this account about it.',
};

/**
 * Returns the carrier's reason for a refusal, which stays whatever arrives later; null for other
 * ends.
 */
function refusalReason({ endReason, reason, why }: Unplanned): string | null {
  return endReason === 'refused' && reason === 'refused' ? (why ?? null) : null;
}

/**
 * Returns the schedule of a number that is no longer polled; `why` defaults to the end's usual
 * text.
 */
function endSchedule(endReason: EndReason, nowMs: number, why: string | null): TargetSchedule {
  return {
    ...NO_CALL,
    reason: endReason,
    why: why ?? WHY_ENDED[endReason],
    timerAtMs: null,
    endedAtMs: nowMs,
    endReason,
  };
}
