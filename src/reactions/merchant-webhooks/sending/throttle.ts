import { RETRY_AFTER_MS_MAX } from '../deliveries/retry.ts';
import type { HeldQueue } from './queue.ts';

/**
 * The number of concurrent requests to an endpoint, and the queues that wait for them in memory. It
 * starts with few; each success while all are in use adds one, each timeout halves them. So an
 * endpoint that hangs soon has one connection, and a fast one has as many as it can use.
 */
export interface Throttle {
  readonly endpointId: string;
  slots: number;
  inFlight: number;
  /**
   * Whether the last attempt failed: then nothing is fetched ahead, and the endpoint shares a small
   * part of all sockets.
   */
  isTroubled: boolean;
  /** The average time to an answer; newer answers have more weight. */
  answersInMs: number;
  /** Queues that this process holds and that wait for a slot. */
  readonly ready: HeldQueue[];
  /** Whether there may be more due queues than this process holds. */
  hasMore: boolean;
  pausedUntilMs: number;
  /**
   * Whether the endpoint was disabled or removed: nothing is fetched until the table says
   * otherwise.
   */
  isClosed: boolean;
  /** When a success was last written to the endpoint's row; not every success is written. */
  successWrittenAtMs: number;
}

const SLOTS_FIRST = 8;
export const SLOTS_MAX = 64;
/** Queues fetched ahead per slot: as many as the endpoint answers in this time. */
const AHEAD_MS = 1_000;
/** The minimum fetched ahead per slot, so that no slot is idle while the next queues are read. */
const AHEAD_MIN = 4;
/**
 * The maximum fetched ahead per slot; memory is the limit. New deliveries up to this number need
 * not be read from the table again.
 */
const AHEAD_MAX = 32;
/** The weight of the newest answer in `answersInMs`. */
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

/** Whether the endpoint wants no requests now; a longer pause began before the clock was set back. */
export function isPaused({ pausedUntilMs }: Throttle, nowMs: number): boolean {
  return pausedUntilMs > nowMs && pausedUntilMs <= nowMs + RETRY_AFTER_MS_MAX;
}

/** How many more queues this process may hold for the endpoint. */
export function roomOf(throttle: Throttle, nowMs: number): number {
  if (throttle.isClosed || isPaused(throttle, nowMs)) return 0;
  const aheadPerSlot = Math.floor(AHEAD_MS / Math.max(1, throttle.answersInMs));
  const heldPerSlot = Math.min(AHEAD_MAX, Math.max(AHEAD_MIN, aheadPerSlot));
  const queuesMax = throttle.isTroubled ? throttle.slots : throttle.slots * heldPerSlot;
  return Math.max(0, queuesMax - throttle.inFlight - throttle.ready.length);
}

/**
 * Whether more queues should be fetched: there may be some, and at least half of the slots can take
 * one.
 */
export function isHungry(throttle: Throttle, nowMs: number): boolean {
  return (
    throttle.hasMore &&
    throttle.ready.length <= throttle.slots &&
    roomOf(throttle, nowMs) >= Math.max(1, throttle.slots / 2)
  );
}

/** Adjusts a throttle to the outcome of a request. */
export function adjustToOutcome(
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

/**
 * Drops the throttles of endpoints without requests or waiting queues, unless their last attempt
 * failed.
 */
export function forgetIdle(throttles: Map<string, Throttle>): void {
  for (const [id, throttle] of throttles) {
    const isIdle = throttle.inFlight === 0 && throttle.ready.length === 0 && !throttle.isTroubled;
    if (isIdle) throttles.delete(id);
  }
}

/**
 * Limits the concurrent requests over all endpoints. Endpoints that wait for a request are served
 * in the order of their waiting.
 */
export interface Sockets {
  hasRoomFor(throttle: Throttle): boolean;
  /** Counts a request to that endpoint. Call the returned function once, when the request ends. */
  take(throttle: Throttle): () => void;
  /** Lets an endpoint wait for its turn, because there is no free socket for it now. */
  queue(throttle: Throttle): void;
  /**
   * Calls `begin` for the endpoints that have waited longest, as long as there are free sockets.
   */
  admit(begin: (throttle: Throttle) => void): void;
  /**
   * Whether the endpoint is in trouble and as many such endpoints wait as may have requests at
   * once: then nothing more is fetched for it.
   */
  isCrowdedFor(throttle: Throttle): boolean;
  waiting(): readonly Throttle[];
  inFlight(): number;
}

/** The maximum number of concurrent requests. Each is a socket and some hundred bytes. */
const IN_FLIGHT_MAX = 1_000;
/**
 * The maximum for endpoints whose last attempt failed: however many of them hang, the others have
 * room.
 */
const TROUBLED_MAX = 250;

/**
 * @param mayBegin called with the number of requests in progress; false: no request may start, even
 *   if a socket is free.
 */
export function createSockets(mayBegin: (inFlight: number) => boolean): Sockets {
  const inFlight = { all: 0, troubled: 0 };
  /**
   * The waiting endpoints. Those in trouble are in a set of their own: they share a small part of
   * the sockets, and must not block the others.
   */
  const healthy = new Set<Throttle>();
  const troubled = new Set<Throttle>();
  const hasRoom = (isTroubled: boolean): boolean =>
    inFlight.all < IN_FLIGHT_MAX &&
    mayBegin(inFlight.all) &&
    (!isTroubled || inFlight.troubled < TROUBLED_MAX);

  return {
    hasRoomFor: (throttle) => hasRoom(throttle.isTroubled),
    take({ isTroubled }) {
      const troubledCount = isTroubled ? 1 : 0;
      inFlight.all += 1;
      inFlight.troubled += troubledCount;
      return () => {
        inFlight.all -= 1;
        inFlight.troubled -= troubledCount;
      };
    },
    queue(throttle) {
      if (healthy.has(throttle) || troubled.has(throttle)) return;
      (throttle.isTroubled ? troubled : healthy).add(throttle);
    },
    admit(begin) {
      // `begin` may queue an endpoint again immediately, at the end of the same set. So the loop ends
      // when there is no more room, or after as many endpoints as were waiting.
      for (const [throttles, isTroubled] of [
        [healthy, false] as const,
        [troubled, true] as const,
      ]) {
        for (let left = throttles.size; left > 0 && hasRoom(isTroubled); left -= 1) {
          const [throttle] = throttles;
          if (throttle === undefined) break;
          throttles.delete(throttle);
          begin(throttle);
        }
      }
    },
    isCrowdedFor: (throttle) => throttle.isTroubled && troubled.size >= TROUBLED_MAX,
    waiting: () => [...healthy, ...troubled],
    inFlight: () => inFlight.all,
  };
}
