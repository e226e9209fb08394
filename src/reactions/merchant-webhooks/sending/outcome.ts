import { type Attempted, settledBy } from './attempt.ts';
import type { HeldQueue } from './queue.ts';
import type { Result } from './results.ts';
import { noteOutcome, type Throttle } from './throttle.ts';

/** How often a healthy endpoint's success is written to its row. */
const SUCCESS_EVERY_MS = 60_000;

/**
 * The result to write for an attempt at the first delivery of a queue. Throttle and queue are
 * updated at once, but the queue continues with its next delivery only when the result is on disk.
 *
 * @param random from 0 to below 1.
 */
export function resultOf(
  throttle: Throttle,
  queue: HeldQueue,
  attempted: Attempted,
  nowMs: number,
  random: number,
): Result {
  const delivery = queue.queue.shift();
  if (delivery === undefined) throw new Error('a lane without a delivery has no attempt');
  const { verdict, durationMs } = attempted;
  const delivered = verdict.kind === 'delivered';
  const pausedUntilMs = verdict.pauseMs ? nowMs + verdict.pauseMs : null;
  const wasTroubled = throttle.isTroubled;
  const { isSlow } = verdict;
  noteOutcome(throttle, { delivered, isSlow, isPaused: pausedUntilMs !== null, durationMs });
  if (pausedUntilMs !== null) throttle.pausedUntilMs = pausedUntilMs;
  const settled = settledBy(delivery, attempted, nowMs, random);
  const isOver = settled.state !== 'waiting';
  if (isOver) queue.settledSequence = delivery.sequence;
  else queue.isLeaving = true;
  const leave = isOver ? null : { dueAtMs: settled.nextAttemptAtMs };
  const isRecorded = wasTroubled || nowMs - throttle.successWrittenAtMs >= SUCCESS_EVERY_MS;
  if (delivered && !isRecorded) return { queue, settled, leave, fared: null };
  if (delivered) throttle.successWrittenAtMs = nowMs;
  const [successes, failures] = delivered ? [1, 0] : [0, 1];
  const fared = { successes, failures, lastFailure: verdict.reason, pausedUntilMs };
  return { queue, settled, leave, fared };
}

/** The first delivery of a queue is no longer wanted, and never sent. */
export function skipped(queue: HeldQueue, nowMs: number): Result {
  const delivery = queue.queue.shift();
  if (delivery === undefined) throw new Error('a lane without a delivery has none to skip');
  queue.settledSequence = delivery.sequence;
  return {
    queue,
    settled: {
      endpointId: queue.endpointId,
      deliveryId: delivery.id,
      state: 'cancelled',
      wasSent: false,
      nextAttemptAtMs: null,
      atMs: nowMs,
      durationMs: 0,
      status: null,
      reason: null,
      response: null,
    },
    leave: null,
    fared: null,
  };
}

/** Releases a queue unchanged, for any process to continue. */
export function givenBack(queue: HeldQueue): Result {
  queue.isLeaving = true;
  return { queue, settled: null, leave: { dueAtMs: null }, fared: null };
}
