import type { HeldQueue } from './queue.ts';

/**
 * How many requests an endpoint gets at once, and what waits for them in memory. It begins with
 * few; each success while they are all in use gives one more, each time-out halves them. So an
 * endpoint that hangs soon holds one connection, and one that is fast as many as it can use.
 */
export interface Throttle {
  readonly endpointId: string;
  slots: number;
  inFlight: number;
  /** The last attempt failed: nothing is fetched ahead, and it shares a small part of all sockets. */
  isTroubled: boolean;
  /** How long it takes to answer, about. */
  answersInMs: number;
  /** Queues that we hold and that wait for a slot. */
  readonly ready: HeldQueue[];
  /** There may be more due queues than we hold. */
  hasMore: boolean;
  pausedUntilMs: number;
  /** It was disabled or removed: nothing is fetched until the table says otherwise. */
  isClosed: boolean;
  /** When a success was last written to the endpoint's row: it need not be for each. */
  successWrittenAtMs: number;
}

const SLOTS_FIRST = 8;
export const SLOTS_MAX = 64;
/** Queues taken ahead for each slot: as many as it answers in this time. */
const AHEAD_MS = 1_000;
/** At least enough that no slot is idle while the next are read. */
const AHEAD_MIN = 4;
/** And what is fresh need not be written to be read again: memory is the limit. */
const AHEAD_MAX = 32;
/** Of the newest answer in `answersInMs`. */
const WEIGHT = 0.1;

export function createThrottle(endpointId: string): Throttle {
  return {
    endpointId,
    slots: SLOTS_FIRST,
    inFlight: 0,
    answersInMs: AHEAD_MS / AHEAD_MIN,
    isTroubled: false,
    ready: [],
    hasMore: false,
    pausedUntilMs: 0,
    isClosed: false,
    successWrittenAtMs: 0,
  };
}

/** Queues it would hold besides those it holds. */
export function roomOf(throttle: Throttle, nowMs: number): number {
  if (throttle.isClosed || throttle.pausedUntilMs > nowMs) return 0;
  const each = Math.floor(AHEAD_MS / Math.max(1, throttle.answersInMs));
  const ahead = Math.min(AHEAD_MAX, Math.max(AHEAD_MIN, each));
  const most = throttle.isTroubled ? throttle.slots : throttle.slots * ahead;
  return Math.max(0, most - throttle.inFlight - throttle.ready.length);
}

/** Fetch before the last one is begun. */
export function isHungry(throttle: Throttle, nowMs: number): boolean {
  return (
    throttle.hasMore &&
    throttle.ready.length <= throttle.slots &&
    roomOf(throttle, nowMs) >= Math.max(1, throttle.slots / 2)
  );
}

export function noteOutcome(
  throttle: Throttle,
  outcome: {
    readonly delivered: boolean;
    readonly isSlow: boolean;
    readonly isPaused: boolean;
    readonly durationMs: number;
  },
): void {
  throttle.isTroubled = !outcome.delivered;
  throttle.answersInMs += WEIGHT * (outcome.durationMs - throttle.answersInMs);
  if (outcome.isSlow || outcome.isPaused)
    throttle.slots = Math.max(1, Math.floor(throttle.slots / 2));
  else if (outcome.delivered && throttle.inFlight + 1 >= throttle.slots) {
    throttle.slots = Math.min(SLOTS_MAX, throttle.slots + 1);
  }
}

/** Endpoints that nothing runs or waits for, and of which there is nothing to remember. */
export function forgetIdle(throttles: Map<string, Throttle>): void {
  for (const [id, throttle] of throttles) {
    const isIdle = throttle.inFlight === 0 && throttle.ready.length === 0 && !throttle.isTroubled;
    if (isIdle) throttles.delete(id);
  }
}
