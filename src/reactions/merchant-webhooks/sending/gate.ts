import type { HeldLane } from './lane.ts';

/**
 * How many requests an endpoint gets at once, and what waits for them in memory. It begins with
 * few; each success while they are all in use gives one more, each time-out halves them. So an
 * endpoint that hangs soon holds one connection, and one that is fast as many as it can use.
 */
export interface Gate {
  readonly endpointId: string;
  slots: number;
  inFlight: number;
  /** The last attempt failed: nothing is fetched ahead, and it shares a small part of all sockets. */
  isTroubled: boolean;
  /** How long it takes to answer, about. */
  answersInMs: number;
  /** Lanes that we hold and that wait for a slot. */
  readonly ready: HeldLane[];
  /** There may be more due lanes than we hold. */
  hasMore: boolean;
  pausedUntilMs: number;
  /** It was disabled or removed: nothing is fetched until the table says otherwise. */
  isClosed: boolean;
  /** When a success was last written to the endpoint's row: it need not be for each. */
  successWrittenAtMs: number;
}

const SLOTS_FIRST = 8;
export const SLOTS_MAX = 64;
/** Lanes taken ahead for each slot: as many as it answers in this time. */
const AHEAD_MS = 1_000;
/** At least enough that no slot is idle while the next are read. */
const AHEAD_MIN = 4;
/** And what is fresh need not be written to be read again: memory is the limit. */
const AHEAD_MAX = 32;
/** Of the newest answer in `answersInMs`. */
const WEIGHT = 0.1;

export function createGate(endpointId: string): Gate {
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

/** Lanes it would hold besides those it holds. */
export function roomOf(gate: Gate, nowMs: number): number {
  if (gate.isClosed || gate.pausedUntilMs > nowMs) return 0;
  const each = Math.floor(AHEAD_MS / Math.max(1, gate.answersInMs));
  const ahead = Math.min(AHEAD_MAX, Math.max(AHEAD_MIN, each));
  const most = gate.isTroubled ? gate.slots : gate.slots * ahead;
  return Math.max(0, most - gate.inFlight - gate.ready.length);
}

/** Fetch before the last one is begun. */
export function isHungry(gate: Gate, nowMs: number): boolean {
  return (
    gate.hasMore &&
    gate.ready.length <= gate.slots &&
    roomOf(gate, nowMs) >= Math.max(1, gate.slots / 2)
  );
}

export function noteOutcome(
  gate: Gate,
  outcome: {
    readonly delivered: boolean;
    readonly isSlow: boolean;
    readonly isPaused: boolean;
    readonly durationMs: number;
  },
): void {
  gate.isTroubled = !outcome.delivered;
  gate.answersInMs += WEIGHT * (outcome.durationMs - gate.answersInMs);
  if (outcome.isSlow || outcome.isPaused) gate.slots = Math.max(1, Math.floor(gate.slots / 2));
  else if (outcome.delivered && gate.inFlight + 1 >= gate.slots) {
    gate.slots = Math.min(SLOTS_MAX, gate.slots + 1);
  }
}

/** Endpoints that nothing runs or waits for, and of which there is nothing to remember. */
export function forgetIdle(gates: Map<string, Gate>): void {
  for (const [id, gate] of gates) {
    const isIdle = gate.inFlight === 0 && gate.ready.length === 0 && !gate.isTroubled;
    if (isIdle) gates.delete(id);
  }
}
