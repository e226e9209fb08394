import { type Attempted, settledBy } from './attempt.ts';
import { type Gate, noteOutcome } from './gate.ts';
import type { HeldLane } from './lane.ts';
import type { Result } from './results.ts';

/** How often the success of an endpoint that is well is written to its row. */
const SUCCESS_EVERY_MS = 60_000;

/**
 * What is to be written of an attempt at the first delivery of a lane. The gate and the lane learn
 * of it at once: the lane goes on with its next delivery only when this is on disk.
 *
 * @param random from 0 to below 1.
 */
export function resultOf(
  gate: Gate,
  lane: HeldLane,
  attempted: Attempted,
  nowMs: number,
  random: number,
): Result {
  const delivery = lane.queue.shift();
  if (delivery === undefined) throw new Error('a lane without a delivery has no attempt');
  const { verdict, durationMs } = attempted;
  const delivered = verdict.kind === 'delivered';
  const pausedUntilMs = verdict.pauseMs ? nowMs + verdict.pauseMs : null;
  const wasTroubled = gate.isTroubled;
  const { isSlow } = verdict;
  noteOutcome(gate, { delivered, isSlow, isPaused: pausedUntilMs !== null, durationMs });
  if (pausedUntilMs !== null) gate.pausedUntilMs = pausedUntilMs;
  const settled = settledBy(delivery, attempted, nowMs, random);
  const isOver = settled.state !== 'waiting';
  if (isOver) lane.settledSequence = delivery.sequence;
  else lane.isLeaving = true;
  const leave = isOver ? null : { dueAtMs: settled.nextAttemptAtMs };
  const isNews = wasTroubled || nowMs - gate.successWrittenAtMs >= SUCCESS_EVERY_MS;
  if (delivered && !isNews) return { lane, settled, leave, fared: null };
  if (delivered) gate.successWrittenAtMs = nowMs;
  const [successes, failures] = delivered ? [1, 0] : [0, 1];
  const fared = { successes, failures, lastFailure: verdict.reason, pausedUntilMs };
  return { lane, settled, leave, fared };
}

/** The first delivery of a lane is not wanted any more, and never sent. */
export function skipped(lane: HeldLane, nowMs: number): Result {
  const delivery = lane.queue.shift();
  if (delivery === undefined) throw new Error('a lane without a delivery has none to skip');
  lane.settledSequence = delivery.sequence;
  return {
    lane,
    settled: {
      endpointId: lane.endpointId,
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

/** A lane is given back as it is, to whoever may go on with it. */
export function givenBack(lane: HeldLane): Result {
  lane.isLeaving = true;
  return { lane, settled: null, leave: { dueAtMs: null }, fared: null };
}
